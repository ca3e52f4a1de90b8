import type { Schemas } from "@/api/client";

/** A buyer's calls on the line, and how many it takes at once; null: as many as come. */
export interface Busy {
  id: string;
  name: string;
  live: number;
  most: number | null;
}

type Buyer = Pick<Schemas["BuyerRow"]["document"], "id" | "name" | "status" | "caps">;

/** Buyers that could be full or have calls, the fullest first. */
export function busyness(calls: readonly Pick<Schemas["CallRecord"], "buyer_id">[], buyers: readonly Buyer[]): Busy[] {
  const live = new Map<string, number>();
  for (const { buyer_id: id } of calls) if (id) live.set(id, (live.get(id) ?? 0) + 1);
  const full = ({ live: n, most }: Busy) => (most === null ? 0 : n / Math.max(1, most));
  const capped = ({ caps, status }: Buyer) => caps?.concurrency != null && status === "active";
  return buyers
    .filter((buyer) => live.has(buyer.id) || capped(buyer))
    .map(({ id, name, caps }) => ({ id, name, live: live.get(id) ?? 0, most: caps?.concurrency ?? null }))
    .sort((a, b) => full(b) - full(a) || b.live - a.live || a.name.localeCompare(b.name));
}
