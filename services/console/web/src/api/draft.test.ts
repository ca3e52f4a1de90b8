import { expect, test } from "vitest";
import { withValue } from "./draft";

test("a value is put at its path, and everything beside it stays the same object", () => {
  const before = { name: "a", caps: { limits: [{ most: 1 }, { most: 2 }] }, tags: { x: "1" } };
  const after = withValue(before, "caps.limits.1.most", 9);
  expect(after).toEqual({ ...before, caps: { limits: [{ most: 1 }, { most: 9 }] } });
  expect(after.tags).toBe(before.tags);
  expect(withValue({ caps: null } as object, "caps.zone", "UTC")).toEqual({ caps: { zone: "UTC" } });
});
