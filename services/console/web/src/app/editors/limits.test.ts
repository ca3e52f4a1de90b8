import { expect, test } from "vitest";
import { freePeriod } from "./limits";

test("each further limit counts another period, until none is left", () => {
  const limits: Parameters<typeof freePeriod>[0][number][] = [{ counts: "revenue", period: "day", most: 5 }];
  const periods: unknown[] = [];
  for (let period = freePeriod(limits); period; period = freePeriod(limits)) {
    periods.push(period);
    limits.push({ counts: "connection", period, most: 100 });
  }
  expect(periods).toEqual(["day", "hour", "week", "month", "total"]);
});
