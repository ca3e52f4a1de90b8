import type { Schemas } from "@/api/client";
import { USUAL } from "@/lib/money";
import { ZONE } from "@/lib/time";

type Report = Schemas["Report"];
type Measures = Schemas["ReportRow"]["measures"];

const QUARTER_MS = 900_000;
const COLUMNS = ["incoming", "connected", "asr", "revenue", "payout", "profit", "margin"];

/** Today until the quarter of an hour that has not ended, beside the same part of a week ago. */
export function today(now: Date, currency: string = USUAL): { totals: Report; hours: Report; campaigns: Report } {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  const until = new Date(Math.max(midnight.getTime() + QUARTER_MS, Math.ceil(now.getTime() / QUARTER_MS) * QUARTER_MS));
  const same = { since: midnight.toISOString(), zone: ZONE, filters: [], currency, order_by: "", ascending: false };
  return {
    totals: { ...same, until: until.toISOString(), group_by: [], columns: COLUMNS, against: "week_before" },
    hours: { ...same, until: tomorrow.toISOString(), group_by: ["hour"], columns: ["incoming", "revenue", "payout"], against: "week_before" },
    campaigns: { ...same, until: until.toISOString(), group_by: ["campaign"], columns: ["incoming", "no_connection"] },
  };
}

/** A measure as a number for drawing; amounts that are shown stay text. */
export const drawn = (measures: Measures | null | undefined, name: string): number | null => {
  const value = measures?.[name];
  return value == null ? null : Number(value);
};

/** One value for each hour of the local day; hours that have not come have none. */
export function byHour(rows: readonly Schemas["ReportRow"][], name: string, before: boolean, hourNow: number): (number | null)[] {
  const found = new Map(rows.map((row) => [Number(/T(\d\d)/.exec(row.keys[0] ?? "")?.[1]), row]));
  return Array.from({ length: 24 }, (_, hour) => {
    const row = found.get(hour);
    if (before) return drawn(row?.before, name) ?? 0;
    return hour > hourNow ? null : (drawn(row?.measures, name) ?? 0);
  });
}

/** How a number differs from a week ago, in percent; null where there was nothing then. */
export function change(now: number | null, before: number | null): number | null {
  return now === null || !before ? null : Math.round(((now - before) / Math.abs(before)) * 100);
}
