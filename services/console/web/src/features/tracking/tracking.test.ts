import { expect, test } from "vitest";
import { monthSpan, months } from "./months";
import { readTrackingSearch } from "./search";

test("months begin by the clock of their zone", () => {
  expect(monthSpan("2026-03", "America/New_York")).toEqual({ since: "2026-03-01T05:00:00.000Z", until: "2026-04-01T04:00:00.000Z" });
  expect(monthSpan("2026-12", "UTC").until).toBe("2027-01-01T00:00:00.000Z");
  const shown = months(Date.parse("2026-01-01T02:00:00Z"), "America/New_York");
  expect([shown[0], shown.length]).toEqual([{ value: "2025-12", label: "December 2025" }, 13]);
});

test("a URL keeps what is a filter", () => {
  expect(readTrackingSearch({ view: "visits", showing: "nothing", month: "2026-13", state: "dead" })).toEqual({ view: "visits", state: "dead" });
});
