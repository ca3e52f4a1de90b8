/** What a clock on the wall shows, as if it were UTC, in milliseconds. */
function wall(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

export const known = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/** A day of a calendar; months and days may lie outside their range, as with `Date`. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

export function dayOf(at: number, zone: string): Day {
  const shown = new Date(wall(at, zone));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth(), day: shown.getUTCDate() };
}

/** When a day begins there. */
export function midnight({ year, month, day }: Day, zone: string): number {
  const meant = Date.UTC(year, month, day);
  const near = meant - (wall(meant, zone) - meant);
  return meant - (wall(near, zone) - near);
}

/** How many days lie between a day and the Monday before it. */
export const sinceMonday = ({ year, month, day }: Day): number => (new Date(Date.UTC(year, month, day)).getUTCDay() + 6) % 7;

/** "2026-03-08" as a day; null where there is no such day. */
export function readDay(text: string): Day | null {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  const same = new Date(Date.UTC(year, month - 1, day));
  return same.getUTCMonth() === month - 1 && same.getUTCDate() === day ? { year, month: month - 1, day } : null;
}

/** An hour among those of a few days, as short as can be: "14:00", or "Sat 14:00". */
export const hourShown = (at: number, zone: string, ofOneDay: boolean): string =>
  new Intl.DateTimeFormat("en-US", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(!ofOneDay && { weekday: "short" }) }).format(at);

/** "Mar 8" or "Mar 8, 14:00", by the clock of a zone. */
export const shown = (at: number | string, zone: string, hours = false): string =>
  new Intl.DateTimeFormat("en-US", { timeZone: zone, month: "short", day: "numeric", ...(hours && { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) }).format(new Date(at));
