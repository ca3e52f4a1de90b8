import { expect, test } from "vitest";
import { frames } from "./frames";

test("frames are read as they come, and what is cut waits for its rest", () => {
  const first = frames(': alive\n\nid: 7\nevent: call.arrived\ndata: {"a":1}\n\nid: 8\nevent: re');
  expect(first.read).toEqual([{ id: "7", name: "call.arrived", data: '{"a":1}' }]);
  expect(frames(`${first.rest}set\ndata: {}\n\n`).read).toEqual([{ id: "8", name: "reset", data: "{}" }]);
});
