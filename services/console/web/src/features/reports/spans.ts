import { dayOf, midnight, readDay, shown, sinceMonday, type Day } from "@/lib/zones";

export interface Span {
  since: number;
  until: number;
}
type Part = "hour" | "day" | "week" | "month";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The time that a period, or the days from one to another, mean in a zone; as the API counts them. */
export function spanOf(period: string | { since: string; until: string }, zone: string, now: number): Span {
  const today = dayOf(now, zone);
  const days = (from: Day, to: Day): Span => ({ since: midnight(from, zone), until: midnight(to, zone) });
  const after = (day: Day, n: number): Day => ({ ...day, day: day.day + n });
  if (typeof period !== "string") return days(readDay(period.since) ?? today, after(readDay(period.until) ?? today, 1));
  const monday = after(today, -sinceMonday(today));
  const first = (ahead: number): Day => ({ year: today.year, month: today.month + ahead, day: 1 });
  switch (period) {
    case "today":
      return days(today, after(today, 1));
    case "yesterday":
      return days(after(today, -1), today);
    case "last_30_days":
      return days(after(today, -30), today);
    case "this_week":
      return days(monday, after(monday, 7));
    case "last_week":
      return days(after(monday, -7), monday);
    case "this_month":
      return days(first(0), first(1));
    case "last_month":
      return days(first(-1), first(0));
    default:
      return days(after(today, -7), today);
  }
}

/** By which part of time a span is drawn: neither a few points nor hundreds. */
export function partOf({ since, until }: Span): Part {
  const days = (until - since) / DAY_MS;
  return days <= 3 ? "hour" : days <= 100 ? "day" : days <= 700 ? "week" : "month";
}

/** When each part of a span begins; the first may begin before it. */
export function partsOf(span: Span, part: Part, zone: string): number[] {
  const found: number[] = [];
  const first = dayOf(span.since, zone);
  for (let n = 0, at = -Infinity; ; n++) {
    if (part === "hour") at = span.since + n * HOUR_MS;
    if (part === "day") at = midnight({ ...first, day: first.day + n }, zone);
    if (part === "week") at = midnight({ ...first, day: first.day - sinceMonday(first) + 7 * n }, zone);
    if (part === "month") at = midnight({ ...first, month: first.month + n, day: 1 }, zone);
    if (at >= span.until) return found;
    found.push(at);
  }
}

/** When a period of a report ends that begins then. */
export function endOf(begins: number, part: string, zone: string): number {
  const day = dayOf(begins, zone);
  if (part === "quarter_hour") return begins + HOUR_MS / 4;
  if (part === "hour") return begins + HOUR_MS;
  if (part === "month") return midnight({ ...day, month: day.month + 1, day: 1 }, zone);
  return midnight({ ...day, day: day.day + (part === "week" ? 7 : 1) }, zone);
}

/** A span as people say it: "Mar 1 – Mar 7". */
export function said({ since, until }: Span, zone: string): string {
  const [first, last] = [shown(since, zone), shown(until - 1, zone)];
  return first === last ? first : `${first} – ${last}`;
}
