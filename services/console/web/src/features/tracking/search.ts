import type { Schemas } from "@/api/client";
import { oneOf, short, text, type Given } from "@/lib/search";

export const VIEWS = { tags: "Tags", parameters: "URL parameters", visits: "Visits", conversions: "Conversions", pixels: "Pixels", deliveries: "Deliveries", postbacks: "Postbacks", publishers: "Publishers", statements: "Statements", disputes: "Disputes" } as const;
export type View = keyof typeof VIEWS;
export const SHOWING = ["leased", "static", "shared", "page"] as const satisfies readonly Schemas["Showing"][];
export const STATES = ["waiting", "delivered", "dead", "skipped"] as const satisfies readonly Schemas["DeliveryState"][];
export const KINDS = ["form", "chat", "purchase", "other"] as const satisfies readonly Schemas["ConversionKind"][];
export const POSTED = ["kept", "duplicate", "refused"] as const satisfies readonly Schemas["PostbackOutcome"][];
export const BOOKS = ["publisher", "buyer"] as const satisfies readonly Schemas["PartyKind"][];
export const DISPUTES = ["open", "accepted", "refused"] as const satisfies readonly Schemas["DisputeState"][];

/** What stands in the URL of the pages that look across campaigns. */
export interface TrackingSearch {
  view?: View;
  contains?: string;
  campaign_id?: string;
  tracking_tag_id?: string;
  visitor?: string;
  showing?: (typeof SHOWING)[number];
  kind?: (typeof KINDS)[number];
  pixel_id?: string;
  call_id?: string;
  state?: (typeof STATES)[number];
  posted?: (typeof POSTED)[number];
  dispute?: (typeof DISPUTES)[number];
  book?: (typeof BOOKS)[number];
  party?: string;
  month?: string;
}

export const readTrackingSearch = (given: Given): TrackingSearch => {
  const month = text(given, "month", 7);
  return short<TrackingSearch>({
    view: oneOf(given, "view", Object.keys(VIEWS) as View[]),
    contains: text(given, "contains", 200),
    campaign_id: text(given, "campaign_id", 36),
    tracking_tag_id: text(given, "tracking_tag_id", 36),
    visitor: text(given, "visitor", 80),
    showing: oneOf(given, "showing", SHOWING),
    kind: oneOf(given, "kind", KINDS),
    pixel_id: text(given, "pixel_id", 36),
    call_id: text(given, "call_id", 36),
    state: oneOf(given, "state", STATES),
    posted: oneOf(given, "posted", POSTED),
    dispute: oneOf(given, "dispute", DISPUTES),
    book: oneOf(given, "book", BOOKS),
    party: text(given, "party", 300),
    month: month !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? month : undefined,
  });
};
