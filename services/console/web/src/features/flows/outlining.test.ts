import { expect, test } from "vitest";
import { read } from "./document";
import { outlined } from "./outlining";

test("each step is told once, each port has its line, and what nobody comes to stands last", () => {
  const flow = read({
    id: "f",
    name: "n",
    start: "hello",
    nodes: [
      { id: "lost", type: "hang_up" },
      { id: "hello", type: "play" },
      { id: "menu", type: "menu", options: [{ key: "1" }] },
    ],
    edges: [
      { source: "hello", port: "done", target: "menu" },
      { source: "menu", port: "1", target: "hello" },
    ],
  });
  expect(outlined(flow).map((line) => [line.depth, line.from?.port ?? "", line.node?.id ?? "", line.again])).toEqual([
    [0, "", "hello", false],
    [1, "done", "menu", false],
    [2, "1", "hello", true],
    [2, "invalid", "", false],
    [2, "timeout", "", false],
    [0, "", "lost", false],
  ]);
});
