import { expect, test } from "vitest";
import { fitting } from "./filters";

test("a test holds only what its operator looks at", () => {
  const whole = { tag: "source", value: "google", values: ["bing"] };
  expect(fitting({ ...whole, operator: "exists" })).toEqual({ tag: "source", operator: "exists", value: "", values: [] });
  expect(fitting({ ...whole, operator: "in" })).toMatchObject({ value: "", values: ["bing"] });
  expect(fitting({ ...whole, operator: "==" })).toMatchObject({ value: "google", values: [] });
});
