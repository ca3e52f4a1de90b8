import { expect, test } from "vitest";
import { busyness } from "./busy";

const buyer = (id: string, concurrency: number | null, status: "active" | "paused" = "active") => ({ id, name: id.toUpperCase(), status, caps: { concurrency, limits: [], overshoot: false } }) as unknown as Parameters<typeof busyness>[1][number];

test("the fullest buyer comes first; who has no cap and no calls is left out", () => {
  const calls = [{ buyer_id: "a" }, { buyer_id: "b" }, { buyer_id: "b" }, { buyer_id: null }, { buyer_id: "c" }];
  const found = busyness(calls, [buyer("a", 10), buyer("b", 2), buyer("c", null), buyer("d", null), buyer("e", 5), buyer("f", 5, "paused")]);
  expect(found.map((one) => [one.id, one.live, one.most])).toEqual([
    ["b", 2, 2],
    ["a", 1, 10],
    ["c", 1, null],
    ["e", 0, 5],
  ]);
});
