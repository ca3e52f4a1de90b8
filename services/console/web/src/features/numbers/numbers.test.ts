import { expect, test } from "vitest";
import { named, placeOf, standingOf, type NumberRow } from "@/api/place";
import { advice, needed } from "./advice";
import { inOrders, numbersIn } from "./place";

const use = (more: object) => ({ outcome: "pool_use" as const, numbers: 20, held: 2, resting: 1, free: 17, visits: 100, unserved: 0, ...more });

test("a pool that left visitors without a number is told how many more it would have needed", () => {
  expect(needed(use({ unserved: 20 }))).toBe(25);
  expect(needed(use({ unserved: 100 }))).toBe(120);
  expect(advice(use({ unserved: 20 }))).toContain("5 more than it has");
  expect(advice(use({}))).toContain("is enough");
  expect(advice(use({ held: 18 }))).toContain("Nearly all");
  expect(advice(use({ numbers: 0 }))).toContain("no numbers");
});

test("a number says whom it serves, and a place names it again", () => {
  const row = { document: { campaign_id: null, pool_id: "p" }, standing: { availability: "pool", holder_name: "Visitors" } } as unknown as NumberRow;
  expect([placeOf(row), standingOf(row)]).toEqual(["pool:p", "In pool Visitors"]);
  expect(named("campaign:c")).toEqual({ campaign_id: "c", pool_id: null });
  expect(named("")).toEqual({ campaign_id: null, pool_id: null });
});

test("numbers are read as they are pasted, each once, and bought in orders of a size that is taken", () => {
  expect(numbersIn("+1 (305) 555-0142\n+13055550142, +1.305.555.0143;\n")).toEqual(["+13055550142", "+13055550143"]);
  expect(inOrders(Array.from({ length: 41 }, (_, at) => String(at))).map((one) => one.length)).toEqual([20, 20, 1]);
});
