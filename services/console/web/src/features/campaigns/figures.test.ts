import { expect, test } from "vitest";
import { figuresOf } from "./figures";

const today = { items: [{ keys: ["a"], names: ["A"], measures: { incoming: 1200, revenue: "40.5" } }], whole: true };
const numbers = { items: [{ document: { campaign_id: "a" } }, { document: { campaign_id: "a" } }, { document: {} }], whole: true };

test("nothing is a figure before it is known", () => {
  expect(figuresOf(undefined, undefined)("a")).toEqual({ calls: "–", revenue: "–", numbers: "–" });
  expect(figuresOf(today, numbers)("a")).toEqual({ calls: "1,200", revenue: "$40.50", numbers: "2" });
  expect(figuresOf(today, numbers)("b")).toEqual({ calls: "0", revenue: "$0.00", numbers: "0" });
});

test("what was not looked through to the end says so", () => {
  const found = figuresOf({ ...today, whole: false }, { ...numbers, whole: false });
  expect(found("a")).toEqual({ calls: "1,200", revenue: "$40.50", numbers: "2+" });
  expect(found("b")).toEqual({ calls: "–", revenue: "–", numbers: "0+" });
});
