import { oneOf, short, text, type Given } from "@/lib/search";

export const VIEWS = { "rtb-targets": "RTB targets", "rtb-routers": "RTB routers" } as const;
export type View = keyof typeof VIEWS;
export const STATUSES = ["active", "paused"] as const;
export const TABS = { basic: "Basic", endpoint: "Endpoint", request: "Request", response: "Response", limits: "Limits", leg: "Legs and notices", test: "Test bid" } as const;
export type TabName = keyof typeof TABS;

/** What stands in the URL of the list of RTB targets and routers. */
export interface RtbSearch {
  view?: View;
  contains?: string;
  status?: (typeof STATUSES)[number];
  /** The one that is shown beside the list. */
  open?: string;
}

export const readRtbSearch = (given: Given): RtbSearch =>
  short<RtbSearch>({ view: oneOf(given, "view", Object.keys(VIEWS) as View[]), contains: text(given, "contains", 200), status: oneOf(given, "status", STATUSES), open: text(given, "open", 36) });

/** Which part of an RTB target is open. */
export const readTabSearch = (given: Given): { tab?: TabName } => short<{ tab?: TabName }>({ tab: oneOf(given, "tab", Object.keys(TABS) as TabName[]) });
