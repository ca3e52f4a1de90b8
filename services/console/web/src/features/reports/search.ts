import type { Schemas } from "@/api/client";
import { oneOf, short, text, texts, yes, type Given } from "@/lib/search";
import { ZONE } from "@/lib/time";
import { readWhere, WHERE_MAX, writeWhere } from "@/lib/where";
import { known, readDay } from "@/lib/zones";
import { spanOf, type Span } from "./spans";

export const PERIODS = {
  today: "Today",
  yesterday: "Yesterday",
  last_7_days: "7 days until yesterday",
  last_30_days: "30 days until yesterday",
  this_week: "This week",
  last_week: "Last week",
  this_month: "This month",
  last_month: "Last month",
} as const satisfies Record<Schemas["ReportPeriod"], string>;
export type Period = Schemas["ReportPeriod"];
export const AGAINST = { period_before: "The period before", week_before: "A week before" } as const;
export const ABOUT = { calls: "Calls", visits: "Visits" } as const;
export type About = keyof typeof ABOUT;

/** What stands in the URL of a report; `since` and `until` are days, both within it. */
export interface ReportSearch {
  about?: About;
  period?: Period;
  since?: string;
  until?: string;
  zone?: string;
  by?: string[];
  show?: string[];
  where?: string[];
  against?: keyof typeof AGAINST;
  order?: string;
  ascending?: boolean;
  currency?: string;
  saved?: string;
}

const day = (given: Given, name: string) => {
  const found = text(given, name, 10);
  return found !== undefined && readDay(found) ? found : undefined;
};

export function readReportSearch(given: Given): ReportSearch {
  const zone = text(given, "zone", 60);
  const [since, until] = [day(given, "since"), day(given, "until")];
  const days = since !== undefined && until !== undefined && since <= until;
  return short<ReportSearch>({
    about: oneOf(given, "about", ["visits"]),
    period: days ? undefined : oneOf(given, "period", Object.keys(PERIODS) as Period[]),
    since: days ? since : undefined,
    until: days ? until : undefined,
    zone: zone !== undefined && known(zone) ? zone : undefined,
    by: texts(given, "by", 2, 125),
    show: texts(given, "show", 100, 40),
    where: texts(given, "where", 200),
    against: oneOf(given, "against", Object.keys(AGAINST) as (keyof typeof AGAINST)[]),
    order: text(given, "order", 40),
    ascending: yes(given, "ascending"),
    currency: text(given, "currency", 3),
    saved: text(given, "saved", 36),
  });
}

export const USUAL: Record<About, { by: string[]; show: string[] }> = {
  calls: { by: ["campaign"], show: ["incoming", "connected", "asr", "converted", "revenue", "payout", "profit"] },
  visits: { by: ["source"], show: ["visits", "first_visits", "calls", "call_rate", "connected", "revenue"] },
};
const PERIOD: Period = "last_7_days";

/** What the URL says, and what it leaves out. */
export function filled(search: ReportSearch) {
  const about = search.about ?? "calls";
  return {
    ...search,
    about,
    period: search.period ?? PERIOD,
    zone: search.zone ?? ZONE,
    by: search.by ?? USUAL[about].by,
    show: search.show ?? USUAL[about].show,
    currency: search.currency ?? "USD",
    where: readWhere(search.where).slice(0, WHERE_MAX),
  };
}
export type Filled = ReturnType<typeof filled>;

export const spanOfSearch = (all: Filled, now: number): Span => spanOf(all.since && all.until ? { since: all.since, until: all.until } : all.period, all.zone, now);

/** What it is grouped by; `none` says that it is by nothing. */
export const wordsOf = (all: Filled): string[] => all.by.filter((word) => word !== "none");

/** The report as it is saved: without its time. */
export const shapeOf = (all: Filled): Schemas["ReportShape"] => ({
  zone: all.zone,
  group_by: wordsOf(all),
  filters: all.where,
  columns: all.show,
  currency: all.currency,
  against: all.against ?? null,
  order_by: all.order ?? "",
  ascending: all.ascending ?? false,
});

/** The address of a saved report. */
export const searchOf = ({ id, period, report }: Schemas["SavedReport"]): ReportSearch =>
  short<ReportSearch>({
    saved: id,
    period: period ?? PERIOD,
    zone: report.zone ?? "UTC",
    by: report.group_by?.length ? report.group_by : ["none"],
    show: report.columns?.length ? report.columns : undefined,
    where: writeWhere((report.filters ?? []).map((one) => ({ ...one, exclude: one.exclude ?? false }))),
    against: report.against ?? undefined,
    order: report.order_by || undefined,
    ascending: report.ascending || undefined,
    currency: report.currency === "USD" ? undefined : report.currency,
  });
