import { expect, test } from "vitest";
import { asked, fileOf, readCallSearch } from "./search";

test("a URL that somebody has written by hand does no harm", () => {
  expect(readCallSearch({ range: "year", status: ["finished", "<script>", 7], talk_least: "-3", duplicate: "maybe", caller: 13055550142 })).toEqual({ status: ["finished"], caller: "13055550142" });
  expect(readCallSearch({})).toEqual({});
});

test("the API is asked what the URL says", () => {
  const now = new Date("2026-11-29T12:00:00Z");
  const search = readCallSearch({ range: "day", status: ["failed", "rejected"], talk_least: 30 });
  expect(asked(search, now)).toEqual({ since: "2026-11-28T12:00:00.000Z", statuses: ["rejected", "failed"], talk_seconds_least: 30 });
  expect(fileOf(search, now)).toBe("/api/v1/calls/csv?since=2026-11-28T12%3A00%3A00.000Z&statuses=rejected&statuses=failed&talk_seconds_least=30");
});
