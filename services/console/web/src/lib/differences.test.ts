import { expect, test } from "vitest";
import { differences } from "./differences";

test("what differs is named by its path, with both values", () => {
  const mine = { name: "A", caps: { limits: [{ most: 1 }] }, same: [1] };
  const theirs = { name: "B", caps: { limits: [{ most: 1 }, { most: 2 }] }, same: [1] };
  expect(differences(mine, theirs)).toEqual([
    { path: "name", mine: '"A"', theirs: '"B"' },
    { path: "caps.limits.1", mine: "nothing", theirs: '{"most":2}' },
  ]);
  expect(differences(mine, structuredClone(mine))).toEqual([]);
});
