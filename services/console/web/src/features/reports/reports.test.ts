import { expect, test } from "vitest";
import { readWhere, writeWhere } from "@/lib/where";
import { midnight, readDay } from "@/lib/zones";
import { drilled } from "./drill";
import { change, told } from "@/lib/measures";
import { filled, readReportSearch, searchOf, shapeOf } from "./search";
import { endOf, partOf, partsOf, spanOf } from "./spans";

const NEW_YORK = "America/New_York";
const SUNDAY = Date.parse("2026-03-08T12:00:00Z"); // clocks went forward in the night
const iso = (at: number) => new Date(at).toISOString();

test("filters stand in an address and come back", () => {
  const said = ["source=google", "source=a=b", "tag:size!=4", "source="];
  expect(readWhere(said)).toEqual([
    { dimension: "source", values: ["google", "a=b", ""], exclude: false },
    { dimension: "tag:size", values: ["4"], exclude: true },
  ]);
  expect(writeWhere(readWhere(said))).toEqual(["source=google", "source=a=b", "source=", "tag:size!=4"]);
  expect(readWhere(["nothing", "=x"])).toEqual([]);
});

test("days begin where the clock of their zone says so", () => {
  expect(iso(midnight({ year: 2026, month: 2, day: 8 }, NEW_YORK))).toBe("2026-03-08T05:00:00.000Z");
  expect(iso(midnight({ year: 2026, month: 2, day: 9 }, NEW_YORK))).toBe("2026-03-09T04:00:00.000Z");
  expect(readDay("2026-02-30")).toBeNull();
});

test("periods are whole days, weeks begin on Monday", () => {
  const of = (period: string) => Object.values(spanOf(period, NEW_YORK, SUNDAY)).map(iso);
  expect(of("today")).toEqual(["2026-03-08T05:00:00.000Z", "2026-03-09T04:00:00.000Z"]);
  expect(of("this_week")).toEqual(["2026-03-02T05:00:00.000Z", "2026-03-09T04:00:00.000Z"]);
  expect(of("last_month")).toEqual(["2026-02-01T05:00:00.000Z", "2026-03-01T05:00:00.000Z"]);
  const today = spanOf("today", NEW_YORK, SUNDAY);
  expect(partsOf(today, partOf(today), NEW_YORK)).toHaveLength(23);
  expect(iso(endOf(today.since, "day", NEW_YORK))).toBe("2026-03-09T04:00:00.000Z");
});

test("a URL says no more than it must, and nothing that is not allowed", () => {
  expect(readReportSearch({ period: "never", since: "2026-03-09", until: "2026-03-08", zone: "Moon/Sea", by: ["a", "b", "c"] })).toEqual({ by: ["a", "b"] });
  expect(readReportSearch({ since: "2026-03-08", until: "2026-03-09", period: "today" })).toEqual({ since: "2026-03-08", until: "2026-03-09" });
});

test("a saved report leads to an address that saves as the same", () => {
  const report = { zone: "UTC", group_by: ["day"], filters: [{ dimension: "source", values: ["bing"], exclude: true }], columns: ["incoming"], currency: "EUR", against: "week_before" as const, order_by: "", ascending: false };
  const search = searchOf({ id: "1", name: "Mornings", status: "active", period: "yesterday", report });
  expect(shapeOf(filled(search))).toEqual(report);
});

test("a row leads to its calls, in its part of time", () => {
  const all = filled({ period: "this_week", by: ["day", "source"], where: ["buyer=7"], zone: NEW_YORK });
  expect(drilled(all, { keys: ["2026-03-08T00:00:00-05:00", "google"] }, SUNDAY)).toEqual({
    where: ["buyer=7", "source=google"],
    since: "2026-03-08T05:00:00.000Z",
    until: "2026-03-09T04:00:00.000Z",
  });
});

test("measures are told as what they are", () => {
  expect(told("revenue", "1234.5000", "USD")).toBe("$1,234.50");
  expect(told("asr", "0.4567", "USD")).toBe("45.7%");
  expect(told("acl", "75.2", "USD")).toBe("1:15");
  expect(told("margin", null, "USD")).toBe("–");
  expect(change("incoming", 15, 10)).toBe("+50%");
  expect(change("asr", "0.40", "0.50")).toBe("−10 pt");
  expect(change("incoming", 3, 0)).toBe("new");
});
