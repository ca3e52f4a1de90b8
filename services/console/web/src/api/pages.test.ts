import { expect, test } from "vitest";
import { withRow } from "./pages";

test("a row takes the place of what it was, on whichever page", () => {
  const row = (id: string, version: number) => ({ version, document: { id } });
  const before = { pages: [{ items: [row("a", 1), row("b", 1)], cursor: "b" }, { items: [row("c", 1)], cursor: null }] };
  const after = withRow(before, row("c", 2));
  expect(after?.pages).toEqual([before.pages[0], { items: [row("c", 2)], cursor: null }]);
  expect(withRow(before, row("d", 1))).toEqual(before);
  expect(withRow(undefined, row("a", 2))).toBeUndefined();
});
