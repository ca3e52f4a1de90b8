import type { Schemas } from "@/api/client";

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

/** Numbers that somebody has typed or pasted, one by line or with commas between; blanks and dashes within are none of them. */
export const numbersIn = (text: string): string[] => [...new Set(text.split(/[\n,;]+/).map((one) => one.replace(/[\s().-]/g, "")).filter(Boolean))];

/** What is bought together is at most so many; more are several purchases. */
export const ORDER_MAX = 20;

export const inOrders = (numbers: readonly string[]): string[][] => Array.from({ length: Math.ceil(numbers.length / ORDER_MAX) }, (_, at) => numbers.slice(at * ORDER_MAX, (at + 1) * ORDER_MAX));
