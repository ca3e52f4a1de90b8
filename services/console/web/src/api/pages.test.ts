import { expect, test } from "vitest";
import { all, LOOKED_THROUGH_MAX, withRow } from "./pages";

test("a row takes the place of what it was, on whichever page", () => {
  const row = (id: string, version: number) => ({ version, document: { id } });
  const before = { pages: [{ items: [row("a", 1), row("b", 1)], cursor: "b" }, { items: [row("c", 1)], cursor: null }] };
  const after = withRow(before, row("c", 2));
  expect(after?.pages).toEqual([before.pages[0], { items: [row("c", 2)], cursor: null }]);
  expect(withRow(before, row("d", 1))).toEqual(before);
  expect(withRow(undefined, row("a", 2))).toBeUndefined();
});

test("a list is read to its end, and to a limit where it has none", async () => {
  const cursors: unknown[] = [];
  const three = await all(({ cursor }) => {
    cursors.push(cursor);
    return Promise.resolve({ items: [cursor ?? "a"], cursor: cursor === "c" ? null : cursor === "b" ? "c" : "b" });
  });
  expect([three, cursors]).toEqual([{ items: ["a", "b", "c"], whole: true }, [undefined, "b", "c"]]);
  const endless = await all(({ limit }) => Promise.resolve({ items: Array<number>(limit).fill(0), cursor: "more" }));
  expect([endless.items.length, endless.whole]).toEqual([LOOKED_THROUGH_MAX, false]);
});
