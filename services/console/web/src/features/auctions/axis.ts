import type { Schemas } from "@/api/client";

export interface Bar {
  id: string;
  name: string;
  /** Milliseconds since the auction began. */
  until: number;
  look: "won" | "bid" | "no bid" | "late";
  told: string;
}

export interface Axis {
  bars: Bar[];
  /** Where the deadline stands and the axis ends, in milliseconds. */
  deadline: number;
  end: number;
}

const rounded = (ms: number): string => `${Math.round(ms)} ms`;

/** Who answered when, on one axis with the deadline: the quickest first, then those who never did. */
export function axisOf({ bidders, deadline_ms: deadline }: Pick<Schemas["AuctionDetail"], "bidders" | "deadline_ms">): Axis {
  const bars = bidders
    .filter((bid) => bid.asked)
    .map((bid): Bar => {
      const late = bid.late_milliseconds ?? null;
      const answered = bid.milliseconds ?? null;
      const until = late ?? answered ?? bid.timeout_ms;
      if (late !== null || bid.loss === "late") return { id: bid.target_id, name: bid.name, until, look: "late", told: late === null ? `no answer within ${rounded(until)}` : `answered too late, after ${rounded(late)}` };
      return { id: bid.target_id, name: bid.name, until, look: bid.loss === null || bid.loss === undefined ? "won" : bid.amount ? "bid" : "no bid", told: `answered after ${rounded(until)}` };
    })
    .sort((one, other) => Number(one.look === "late") - Number(other.look === "late") || one.until - other.until);
  return { bars, deadline, end: Math.max(deadline, ...bars.map((bar) => bar.until), 1) * 1.05 };
}
