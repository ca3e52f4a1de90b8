import { expect, test } from "vitest";
import { lacksRouter, moved, named, naming, share, type Entry } from "./entries";

const entry = (id: string, priority: number, weight = 1) => ({ target_id: id, priority, weight }) as Entry;
const plan = [entry("a", 1, 3), entry("b", 1), entry("c", 2)];

test("shares are those of a tier", () => {
  expect(plan.map((one) => share(plan, one))).toEqual([75, 25, 100]);
});

test("an entry moves, and each place keeps its priority", () => {
  expect(moved(plan, 2, -1).map((one) => [one.target_id, one.priority])).toEqual([["a", 1], ["c", 1], ["b", 2]]);
  expect(moved(plan, 0, -1)).toEqual(plan);
});

test("RTB needs a router in the plan", () => {
  expect(lacksRouter({ rtb_enabled: true, assignments: plan })).toBe(true);
  expect(lacksRouter({ rtb_enabled: true, assignments: [naming({ priority: 1 }, "router:r")] })).toBe(false);
  expect(named(naming(plan[0]!, "group:g"))).toBe("group:g");
});
