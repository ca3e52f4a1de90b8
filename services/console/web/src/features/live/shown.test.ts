import { expect, test } from "vitest";
import type { Schemas } from "@/api/client";
import { next, STAYS_MS } from "./shown";

const call = (id: string, state = "connected") => ({ call_id: id, state }) as Schemas["CallRecord"];
const ids = (rows: { call: { call_id: string } }[]) => rows.map((one) => one.call.call_id);

test("a call that is over stays a moment in its place, and then goes", () => {
  const began = next([], [call("b"), call("a")], 0, false).rows;
  const ended = next(began, [call("c"), call("a")], 1_000, false).rows;
  expect(ids(ended)).toEqual(["c", "b", "a"]);
  expect(ended[1]!.over).toBe(1_000);
  expect(ids(next(ended, [call("c"), call("a")], 999 + STAYS_MS, false).rows)).toEqual(["c", "b", "a"]);
  expect(ids(next(ended, [call("c"), call("a")], 1_000 + STAYS_MS, false).rows)).toEqual(["c", "a"]);
});

test("a list that is held still changes what its rows say, and nothing else", () => {
  const rows = next([], [call("a", "ringing")], 0, false).rows;
  const held = next(rows, [call("c"), call("b"), call("a")], 1, true);
  expect(ids(held.rows)).toEqual(["a"]);
  expect(held.rows[0]!.call.state).toBe("connected");
  expect(held.waiting).toBe(2);
  expect(ids(next(held.rows, [], 60_000, true).rows)).toEqual(["a"]);
  expect(ids(next(held.rows, [call("c"), call("a")], 2, false).rows)).toEqual(["c", "a"]);
});
