import { expect, test } from "vitest";
import { ceiling } from "./chart";

test("lines stand on round numbers, above all values", () => {
  expect([0, 1, 3, 4, 5, 37, 800, 1001].map(ceiling)).toEqual([4, 4, 4, 4, 8, 40, 800, 2000]);
});
