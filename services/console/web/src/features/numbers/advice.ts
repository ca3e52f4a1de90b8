import type { Schemas } from "@/api/client";

type Use = Schemas["PoolUse"];

/** How many numbers the visits of the last hour would have needed: as many more as were left without one. */
export const needed = ({ numbers, visits, unserved }: Use): number => (unserved === 0 ? numbers : unserved >= visits ? numbers + unserved : Math.ceil((numbers * visits) / (visits - unserved)));

/** What the use of a pool says of its size, in one sentence. */
export function advice(use: Use): string {
  if (use.numbers === 0) return "It has no numbers: put some into it.";
  const more = needed(use) - use.numbers;
  if (more > 0) return `For ${use.unserved} of ${use.visits} visits of the last hour no number was free: about ${needed(use)} numbers would have been enough, ${more} more than it has.`;
  if (use.held + use.resting >= 0.9 * use.numbers) return "Nearly all are in use: a few more would leave room for a busier hour.";
  return use.visits === 0 ? "Nobody has visited within the last hour: nothing can be said of its size." : "Its size is enough for the visits of the last hour.";
}
