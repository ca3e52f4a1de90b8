import type { Schemas } from "@/api/client";

type Call = Schemas["CallRecord"];

/** A call in the list; once it is over it stays a moment, so that one sees how it ended. */
export interface Shown {
  call: Call;
  /** When it was first missing among those on the line, in ms. */
  over?: number;
}

export const STAYS_MS = 5_000;

/**
 * What the list shows next: the calls on the line, the newest first, and those that ended a moment ago in
 * their places.  While it is held still (somebody points at it or is in it by keyboard) nothing comes in
 * and nothing goes; what would come is counted.
 */
export function next(before: readonly Shown[], live: readonly Call[], now: number, still: boolean): { rows: Shown[]; waiting: number } {
  const on = new Map(live.map((call) => [call.call_id, call]));
  const known = new Set(before.map(({ call }) => call.call_id));
  const rows: Shown[] = [];
  for (const one of before) {
    const call = on.get(one.call.call_id);
    if (call) rows.push({ call });
    else if (still || now - (one.over ?? now) < STAYS_MS) rows.push({ call: one.call, over: one.over ?? now });
  }
  const fresh = live.filter((call) => !known.has(call.call_id));
  return still ? { rows, waiting: fresh.length } : { rows: [...fresh.map((call) => ({ call })), ...rows], waiting: 0 };
}
