import { expect, test } from "vitest";
import { byHour, change, today } from "./day";

test("today ends with the quarter of an hour that runs", () => {
  const { totals, hours } = today(new Date(2026, 10, 29, 9, 7));
  expect(new Date(totals.until).getMinutes()).toBe(15);
  expect(new Date(hours.until).getTime() - new Date(hours.since).getTime()).toBe(24 * 3_600_000);
});

test("each hour has its value, and those to come have none", () => {
  const rows = [{ keys: ["2026-11-29T09:00"], names: [""], measures: { incoming: 7 }, before: { incoming: 3 } }];
  expect(byHour(rows, "incoming", false, 10).slice(8, 12)).toEqual([0, 7, 0, null]);
  expect(byHour(rows, "incoming", true, 10).slice(8, 12)).toEqual([0, 3, 0, 0]);
});

test("nothing to compare with is no change", () => {
  expect([change(6, 4), change(3, 0), change(null, 4), change(-2, -4)]).toEqual([50, null, null, 50]);
});
