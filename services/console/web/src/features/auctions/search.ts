import { oneOf, short, text, type Given } from "@/lib/search";

export const VIEWS = { auctions: "Auctions", bidders: "By bidder" } as const;
export type View = keyof typeof VIEWS;
export const RANGES = { hour: "Last hour", day: "Last 24 hours", week: "Last 7 days", month: "Last 30 days" } as const;
export type Range = keyof typeof RANGES;
export const OUTCOMES = { connected: "Won, connected", lost: "Won, not connected", sold: "Won", unsold: "Unsold" } as const;
export type Outcome = keyof typeof OUTCOMES;

/** What stands in the URL of the auctions. */
export interface AuctionSearch {
  view?: View;
  range?: Range;
  outcome?: Outcome;
  campaign_id?: string;
  rtb_router_id?: string;
  bidder_id?: string;
  call_id?: string;
  /** The auction that is shown beside the list. */
  open?: string;
}

export const readAuctionSearch = (given: Given): AuctionSearch =>
  short<AuctionSearch>({
    view: oneOf(given, "view", Object.keys(VIEWS) as View[]),
    range: oneOf(given, "range", Object.keys(RANGES) as Range[]),
    outcome: oneOf(given, "outcome", Object.keys(OUTCOMES) as Outcome[]),
    campaign_id: text(given, "campaign_id", 36),
    rtb_router_id: text(given, "rtb_router_id", 36),
    bidder_id: text(given, "bidder_id", 36),
    call_id: text(given, "call_id", 36),
    open: text(given, "open", 36),
  });

const HOUR_MS = 3_600_000;
const HOURS: Record<Range, number> = { hour: 1, day: 24, week: 168, month: 720 };

export const beginning = (range: Range, now: Date): string => new Date(now.getTime() - HOURS[range] * HOUR_MS).toISOString();

const CHOSEN: Record<Outcome, { sold?: boolean; connected?: boolean }> = { connected: { connected: true }, lost: { connected: false }, sold: { sold: true }, unsold: { sold: false } };

/** The question that the API is asked. */
export function asked({ range, outcome, ...same }: Omit<AuctionSearch, "view" | "open">, now: Date) {
  return { ...same, ...(range && { since: beginning(range, now) }), ...(outcome && CHOSEN[outcome]) };
}

/** The same question as an address, for a file. */
export const fileOf = (search: Omit<AuctionSearch, "view" | "open">, now: Date): string =>
  `/api/v1/auctions/csv?${new URLSearchParams(Object.entries(asked(search, now)).map(([name, value]): [string, string] => [name, String(value)])).toString()}`;
