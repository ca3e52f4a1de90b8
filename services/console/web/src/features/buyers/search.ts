import { oneOf, short, text, yes, type Given } from "@/lib/search";

export const VIEWS = { buyers: "Buyers", targets: "Targets", groups: "Groups" } as const;
export type View = keyof typeof VIEWS;
export const STATUSES = ["active", "paused"] as const;

/** What stands in the URL of the list of buyers, targets and groups. */
export interface BuyerSearch {
  view?: View;
  contains?: string;
  status?: (typeof STATUSES)[number];
  /** The one that is shown beside the list. */
  open?: string;
}

export const readBuyerSearch = (given: Given): BuyerSearch =>
  short<BuyerSearch>({
    view: oneOf(given, "view", Object.keys(VIEWS) as View[]),
    contains: text(given, "contains", 200),
    status: oneOf(given, "status", STATUSES),
    open: text(given, "open", 36),
  });

/** What a new target will be: whose, where one comes from a buyer's page; a person, from the agents'. */
export interface TargetSearch {
  buyer_id?: string;
  agent?: boolean;
}

export const readTargetSearch = (given: Given): TargetSearch => short<TargetSearch>({ buyer_id: text(given, "buyer_id", 36), agent: yes(given, "agent") });
