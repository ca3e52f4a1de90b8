import { expect, test, vi } from "vitest";
import { columnsOf, keepBy, setColumns, withKept } from "./kept";

const COLUMNS = [{ id: "arrived" }, { id: "caller" }, { id: "target", hidden: true }];

test("kept columns meet those that there are: what is gone is left out, what is new comes last", () => {
  expect(withKept(COLUMNS, undefined)).toEqual({ visible: { target: false }, order: ["arrived", "caller", "target"], widths: {} });
  const kept = withKept(COLUMNS, { visible: { target: true }, order: ["caller", "gone"], widths: { caller: 200 } });
  expect(kept).toEqual({ visible: { target: true }, order: ["caller", "arrived", "target"], widths: { caller: 200 } });
});

test("a change is told to who keeps it", () => {
  const keeper = vi.fn();
  const mine = { visible: {}, order: ["caller"], widths: {} };
  keepBy({ Calls: mine }, keeper);
  expect(columnsOf("Calls")).toEqual(mine);
  setColumns("Calls", null);
  expect(columnsOf("Calls")).toBeNull();
  expect(keeper).toHaveBeenCalledWith("Calls", null);
});
