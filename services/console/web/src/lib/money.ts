/** Money arrives as decimal text and stays text: JavaScript's numbers would round it. */
export interface Money {
  amount: string;
  currency: string;
}

export const USUAL = "USD"; // where nobody has said another one

const SIGNS: Record<string, string> = { USD: "$", EUR: "€", GBP: "£" };

/** "1234.5000" USD as "$1,234.50"; more than two places only where they say something. */
export function money(amount: string | null | undefined, currency = USUAL): string {
  if (amount == null) return "";
  const [whole = "0", places = ""] = amount.replace(/^-/, "").split(".");
  const kept = places.replace(/0+$/, "").padEnd(2, "0");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const minus = amount.startsWith("-") && /[1-9]/.test(amount) ? "−" : "";
  const sign = SIGNS[currency];
  return sign ? `${minus}${sign}${grouped}.${kept}` : `${minus}${grouped}.${kept} ${currency}`;
}
