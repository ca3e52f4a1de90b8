import { expect, test } from "vitest";
import { newId } from "./id";
import { money } from "./money";
import { phone } from "./phone";
import { sameSearch } from "./search";
import { duration } from "./time";
import { said } from "./words";

test("money keeps every place that says something, and never passes through a float", () => {
  expect(money("1234567.5000")).toBe("$1,234,567.50");
  expect(money("-0.1250")).toBe("−$0.125");
  expect(money("9007199254740993.0001", "EUR")).toBe("€9,007,199,254,740,993.0001");
  expect(money("5", "CHF")).toBe("5.00 CHF");
  expect(money("-0.0000")).toBe("$0.00");
});

test("numbers and durations read at a glance", () => {
  expect(phone("+13055550142")).toBe("+1 305 555 0142");
  expect(phone("+4930123456")).toBe("+4930123456");
  expect([75, 3675, 9].map(duration)).toEqual(["1:15", "1:01:15", "0:09"]);
  expect(said("no_rtb_buyer")).toBe("No RTB buyer");
});

test("ids are UUIDs of version 4", () => {
  expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
});

test("a view is known again by what it asks, in whatever order", () => {
  expect(sameSearch({ status: ["failed"], caller: "+1" }, { caller: "+1", status: ["failed"], range: undefined })).toBe(true);
  expect(sameSearch({ status: ["failed"] }, { status: ["failed", "rejected"] })).toBe(false);
});
