const format = new Intl.DateTimeFormat("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
const SHOWN = 12;

/** The last months, the newest first; a month is that of UTC, as books are kept. */
export function months(now: Date): { value: string; label: string }[] {
  return Array.from({ length: SHOWN }, (_, back) => {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    return { value: first.toISOString().slice(0, 7), label: format.format(first) };
  });
}

/** When a month begins and ends. */
export function timeOf(month: string): { since: string; until: string } {
  const [year = 0, at = 1] = month.split("-").map(Number);
  return { since: new Date(Date.UTC(year, at - 1, 1)).toISOString(), until: new Date(Date.UTC(year, at, 1)).toISOString() };
}
