import { dayOf, midnight } from "@/lib/zones";

const SHOWN = 13; // a year, and this month

/** The latest months there, the newest first: "2026-11" as "November 2026". */
export function months(now: number, zone: string): { value: string; label: string }[] {
  const today = dayOf(now, zone);
  return Array.from({ length: SHOWN }, (_, back) => {
    const first = new Date(Date.UTC(today.year, today.month - back, 1));
    return { value: first.toISOString().slice(0, 7), label: new Intl.DateTimeFormat("en-US", { timeZone: "UTC", month: "long", year: "numeric" }).format(first) };
  });
}

/** When a month begins and ends by the clock of a zone. */
export function monthSpan(month: string, zone: string): { since: string; until: string } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const at = (month_: number) => new Date(midnight({ year, month: month_, day: 1 }, zone)).toISOString();
  return { since: at(number - 1), until: at(number) };
}
