import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { axisOf } from "./axis";
import { asked, readAuctionSearch } from "./search";

const bid = (name: string, more: Partial<Schemas["BidShown"]>) => ({ target_id: name, name, asked: true, timeout_ms: 1_500, ...more }) as Schemas["BidShown"];

test("bars end where answers came, the deadline is within the axis, and who was not asked has none", () => {
  const axis = axisOf({
    deadline_ms: 1_500,
    bidders: [
      bid("late", { loss: "late", late_milliseconds: 2_500 }),
      bid("high", { loss: null, milliseconds: 250, amount: { amount: "31", currency: "USD" } }),
      bid("low", { loss: "outbid", milliseconds: 4, amount: { amount: "12", currency: "USD" } }),
      bid("refuses", { loss: "refused", milliseconds: 9 }),
      bid("paused", { asked: false, loss: "target_paused" }),
    ],
  });
  expect(axis.bars.map((bar) => [bar.name, bar.look, bar.until])).toEqual([["low", "bid", 4], ["refuses", "no bid", 9], ["high", "won", 250], ["late", "late", 2_500]]);
  expect(axis.end).toBeGreaterThan(2_500);
});

test("the API is asked what the URL says, and nothing that somebody has made up", () => {
  const search = readAuctionSearch({ range: "day", outcome: "lost", bidder_id: "b", view: "nonsense", order: "x" }); // a view that is none
  expect(asked(search, new Date("2026-11-29T12:00:00Z"))).toEqual({ since: "2026-11-28T12:00:00.000Z", connected: false, bidder_id: "b" });
  expect(asked(readAuctionSearch({ outcome: "unsold" }), new Date())).toEqual({ sold: false });
});
