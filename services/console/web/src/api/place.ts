import type { Schemas } from "./client";

export type NumberRow = Schemas["NumberRow"];

/** What a number serves, as a select's value: "", "campaign:…", "pool:…". */
export type Place = string;

export const placeOf = ({ document }: Pick<NumberRow, "document">): Place => (document.campaign_id ? `campaign:${document.campaign_id}` : document.pool_id ? `pool:${document.pool_id}` : "");

/** The same as documents and orders name it. */
export function named(place: Place): { campaign_id: string | null; pool_id: string | null } {
  const [kind, id = null] = place.split(":");
  return { campaign_id: kind === "campaign" ? id : null, pool_id: kind === "pool" ? id : null };
}

/** "Available", "In campaign X" or "In pool Y". */
export function standingOf({ standing }: Pick<NumberRow, "standing">): string {
  if (!standing) return "";
  if (standing.availability === "available") return "Available";
  return `In ${standing.availability} ${standing.holder_name}`;
}
