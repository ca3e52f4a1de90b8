import { expect, test } from "vitest";
import { fieldErrors, Problem, problemOf, sentence } from "./errors";

const refused = new Problem({
  type: "about:blank",
  title: "Something in the request is not allowed",
  status: 422,
  code: "malformed",
  detail: "the request has wrong fields",
  request_id: "r1",
  errors: [
    { path: "body.caps.limits.0.most", problem: "input should be greater than 0" },
    { path: "body.name", problem: "too short" },
    { path: "body.name", problem: "a second reason" },
  ],
});

test("errors land at the fields that they are about", () => {
  expect(fieldErrors(refused)).toEqual({ "caps.limits.0.most": "Input should be greater than 0", name: "Too short" });
  expect(fieldErrors(new Error("other"))).toEqual({});
});

test("whatever answers, there is one sentence", async () => {
  expect(sentence(refused)).toBe("Something in the request is not allowed: the request has wrong fields");
  expect(sentence(await problemOf(new Response("<html>Bad gateway", { status: 502 })))).toBe("The console cannot be reached: HTTP 502");
});
