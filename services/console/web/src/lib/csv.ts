/** A spreadsheet would take these for formulas; numbers and phone numbers it may have as they are. */
const formula = (text: string): boolean => /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d[\d.]*$/.test(text);

const cell = (text: string): string => {
  const safe = formula(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A table as a file (RFC 4180), that a spreadsheet opens without harm. */
export const csvOf = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
