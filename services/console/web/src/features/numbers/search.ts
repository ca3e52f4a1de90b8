import { oneOf, short, text, type Given } from "@/lib/search";

export const VIEWS = { numbers: "Numbers", pools: "Pools", purchases: "Purchases" } as const;
export type View = keyof typeof VIEWS;
export const SERVING = { available: "Available", campaign: "In a campaign", pool: "In a pool" } as const;
export type Serving = keyof typeof SERVING;
export const WAYS = { buy: "Buy", carrier: "From the carrier", list: "List or CSV" } as const;
export type Way = keyof typeof WAYS;

/** What stands in the URL of numbers, pools and purchases; `open` is the number shown beside the list. */
export interface NumberSearch {
  view?: View;
  contains?: string;
  status?: Serving;
  open?: string;
}

export const readNumberSearch = (given: Given): NumberSearch =>
  short<NumberSearch>({ view: oneOf(given, "view", Object.keys(VIEWS) as View[]), contains: text(given, "contains", 200), status: oneOf(given, "status", Object.keys(SERVING) as Serving[]), open: text(given, "open", 36) });

/** By which way numbers are added, and to what. */
export const readAddSearch = (given: Given): { way?: Way; place?: string } => short<{ way?: Way; place?: string }>({ way: oneOf(given, "way", Object.keys(WAYS) as Way[]), place: text(given, "place", 50) });
