import { expect, test } from "vitest";
import { months, timeOf } from "./months";

test("months go back over the turn of the year, and end where the next begins", () => {
  const shown = months(new Date("2026-01-31T23:00:00Z"));
  expect(shown.slice(0, 2).map((one) => one.value)).toEqual(["2026-01", "2025-12"]);
  expect(shown[1]?.label).toBe("December 2025");
  expect(timeOf("2025-12")).toEqual({ since: "2025-12-01T00:00:00.000Z", until: "2026-01-01T00:00:00.000Z" });
});
