import type { Schemas } from "@/api/client";
import { oneOf, short, someOf, text, texts, whole, yes, type Given } from "@/lib/search";

export const STATUSES = ["ringing", "connected", "finished", "no_buyer", "not_open", "rejected", "caller_hung_up", "failed"] as const satisfies readonly Schemas["CallResult"][];
export const RANGES = { today: "Today", day: "Last 24 hours", week: "Last 7 days", month: "Last 30 days" } as const;
export type Range = keyof typeof RANGES;

/** What stands in the URL of the list of calls. */
export interface CallSearch {
  range?: Range;
  since?: string;
  until?: string;
  status?: (typeof STATUSES)[number][];
  campaign_id?: string;
  buyer_id?: string;
  duplicate?: boolean;
  talk_least?: number;
  caller?: string;
  /** As reports filter: "source=google". */
  where?: string[];
  /** The call that is shown beside the list. */
  open?: string;
}

export const readCallSearch = (given: Given): CallSearch =>
  short<CallSearch>({
    range: oneOf(given, "range", Object.keys(RANGES) as Range[]),
    since: text(given, "since"),
    until: text(given, "until"),
    status: someOf(given, "status", STATUSES),
    campaign_id: text(given, "campaign_id"),
    buyer_id: text(given, "buyer_id"),
    duplicate: yes(given, "duplicate"),
    talk_least: whole(given, "talk_least"),
    caller: text(given, "caller"),
    where: texts(given, "where", 200),
    open: text(given, "open", 36),
  });

const DAY_MS = 86_400_000;
const DAYS: Record<Exclude<Range, "today">, number> = { day: 1, week: 7, month: 30 };

/** When a range begins, told at `now`. */
export function beginning(range: Range, now: Date): Date {
  if (range !== "today") return new Date(now.getTime() - DAYS[range] * DAY_MS);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate());
}

/** The question that the API is asked. */
export function asked(search: CallSearch, now: Date) {
  const { range, status, talk_least, open: _, ...same } = search;
  return short({
    ...same,
    since: search.since ?? (range && beginning(range, now).toISOString()),
    statuses: status,
    talk_seconds_least: talk_least,
  });
}

/** The same question as an address, for a file. */
export function fileOf(search: CallSearch, now: Date): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked(search, now)))
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  return `/api/v1/calls/csv?${query}`;
}
