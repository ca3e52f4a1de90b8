import { expect, test } from "vitest";
import { listOf, textOf } from "./lists";

test("a list can be typed: what is typed stays while it means the same", () => {
  const values = listOf("google, bi ng ,, ");
  expect(values).toEqual(["google", "bi ng"]);
  expect(textOf("google, bi ng ,, ", values)).toBe("google, bi ng ,, ");
  expect(textOf("google,", ["google"])).toBe("google,");
  expect(textOf("google,", ["bing", "ask"])).toBe("bing, ask"); // discarded, or somebody else's
});
