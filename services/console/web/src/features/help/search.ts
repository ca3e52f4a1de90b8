import { oneOf, short, text, type Given } from "@/lib/search";

export const RATINGS = ["good", "bad"] as const;

/** What stands in the URL of help: one's own questions, or what everybody has asked. */
export interface HelpSearch {
  view?: "everybody";
  rating?: (typeof RATINGS)[number];
  contains?: string;
}

export const readHelpSearch = (given: Given): HelpSearch =>
  short<HelpSearch>({
    view: oneOf(given, "view", ["everybody"]),
    rating: oneOf(given, "rating", RATINGS),
    contains: text(given, "contains", 200),
  });
