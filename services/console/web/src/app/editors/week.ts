import type { Schemas } from "@/api/client";

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const satisfies readonly Schemas["Weekday"][];
export type Shift = Pick<Schemas["WeeklyShift"], "days" | "opens" | "closes"> & { breaks?: unknown[] };

/** Whether each hour of each day is open: Monday first. */
export type Week = boolean[][];

const HOURS = 24;
const hourOf = (time: unknown): number | null => {
  const found = /^(\d\d):00$/.exec(String(time));
  return found ? Number(found[1]) : null;
};

/** The week as whole hours; null where it says more than they can: half hours, breaks, nights that run on. */
export function weekOf(shifts: readonly Shift[]): Week | null {
  const week: Week = DAYS.map(() => Array<boolean>(HOURS).fill(false));
  for (const shift of shifts) {
    const [opens, closes] = [hourOf(shift.opens), hourOf(shift.closes)];
    if (opens === null || closes === null || closes > HOURS || (shift.breaks?.length ?? 0) > 0) return null;
    for (const day of shift.days) week[DAYS.indexOf(day)]!.fill(true, opens, closes);
  }
  return week;
}

const clock = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

/** The shifts of a week of whole hours: days with the same hours stand together. */
export function shiftsOf(week: Week): Shift[] {
  const found = new Map<string, Shift>();
  week.forEach((hours, day) => {
    for (let at = 0; at < HOURS; at++) {
      if (!hours[at]) continue;
      const opens = at;
      while (hours[at]) at++;
      const key = `${opens} ${at}`;
      const shift = found.get(key) ?? { days: [], opens: clock(opens), closes: clock(at) };
      found.set(key, { ...shift, days: [...shift.days, DAYS[day]!] });
    }
  });
  return [...found.values()];
}

/** The week with the hours between two corners open, or closed. */
export function painted(week: Week, from: [number, number], to: [number, number], open: boolean): Week {
  const within = (at: number, one: number, other: number) => at >= Math.min(one, other) && at <= Math.max(one, other);
  return week.map((hours, day) => hours.map((was, hour) => (within(day, from[0], to[0]) && within(hour, from[1], to[1]) ? open : was)));
}
