import { oneOf, short, text, type Given } from "@/lib/search";

export const STATUSES = ["draft", "active", "paused", "completed"] as const;
export const SHAPES = ["cards", "table"] as const;

/** What stands in the URL of the list of campaigns. */
export interface CampaignSearch {
  as?: (typeof SHAPES)[number];
  contains?: string;
  status?: (typeof STATUSES)[number];
  /** The campaign that is shown beside the list. */
  open?: string;
}

export const readCampaignSearch = (given: Given): CampaignSearch =>
  short<CampaignSearch>({ as: oneOf(given, "as", SHAPES), contains: text(given, "contains", 200), status: oneOf(given, "status", STATUSES), open: text(given, "open", 36) });
