import { expect, test } from "vitest";
import { arranged, freePlace, placed } from "./arrange";
import { read, type FlowDocument, type FlowNode } from "./document";
import { added, changed, connected, copied, inOrder, neighbour, pasted, readPart, removed, renamed, wireAt } from "./graph";
import { KINDS, portsOf } from "./kinds";
import kinds from "./kinds.json";

const MENU = { id: "menu", type: "menu", prompt: { text: "Hello" }, options: [{ key: "1" }, { key: "2" }] };
const flow = (): FlowDocument =>
  read({
    id: "f",
    name: "Desk",
    start: "menu",
    nodes: [MENU, { id: "desk", type: "router" }, { id: "bye", type: "hang_up" }],
    edges: [
      { source: "menu", port: "1", target: "desk" },
      { source: "menu", port: "2", target: "bye" },
      { source: "desk", port: "no_buyer", target: "bye" },
    ],
    layout: { menu: { x: 0, y: 0 }, desk: { x: 300, y: 0 }, bye: { x: 300, y: 200 } },
  });

test("a step is put into a wire: what followed follows it", () => {
  const { document, id } = added(flow(), "play", { x: 1, y: 2 }, { source: "menu", port: "1" });
  expect(wireAt(document, { source: "menu", port: "1" })?.target).toBe(id);
  expect(wireAt(document, { source: id, port: "done" })?.target).toBe("desk");
  expect(document.layout[id]).toEqual({ x: 1, y: 2 });
  expect(added(document, "play", { x: 0, y: 0 }).id).toBe("play_2");
});

test("a port leads to one step", () => {
  const next = connected(flow(), { source: "menu", port: "1" }, "bye");
  expect(next.edges.filter((wire) => wire.source === "menu" && wire.port === "1")).toEqual([{ source: "menu", port: "1", target: "bye" }]);
});

test("what is taken away takes its wires along, and a flow keeps a beginning", () => {
  const next = removed(flow(), ["menu"]);
  expect(next.start).toBe("desk");
  expect(next.edges).toEqual([{ source: "desk", port: "no_buyer", target: "bye" }]);
  expect(next.layout["menu"]).toBeUndefined();
  expect(removed(flow(), ["menu", "desk", "bye"])).toEqual(flow());
});

test("a key that is called otherwise keeps its way, one that is gone loses it", () => {
  const renamed = changed(flow(), { ...MENU, options: [{ key: "1" }, { key: "9" }] });
  expect(wireAt(renamed, { source: "menu", port: "9" })?.target).toBe("bye");
  const fewer = changed(flow(), { ...MENU, options: [{ key: "1" }] });
  expect(fewer.edges.map((wire) => wire.port)).toEqual(["1", "no_buyer"]);
  const worded = changed(flow(), { ...MENU, label: "Front" });
  expect(worded.edges).toBe(worded.edges);
  expect(worded.nodes[1]).toEqual(flow().nodes[1]);
});

test("a part is copied as JSON and comes in under ids of its own", () => {
  const part = readPart(JSON.stringify(copied(flow(), ["menu", "desk"])))!;
  const { document, ids } = pasted(flow(), part, { x: 10, y: 10 });
  expect(ids).toEqual(["menu_2", "desk_2"]);
  expect(wireAt(document, { source: "menu_2", port: "1" })?.target).toBe("desk_2");
  expect(wireAt(document, { source: "menu_2", port: "2" })).toBeUndefined();
  expect(document.layout["desk_2"]).toEqual({ x: 310, y: 10 });
  expect(readPart("Hello")).toBeNull();
  expect(readPart('{"nodes": [{"id": "x", "type": "made_up"}]}')).toBeNull();
});

test("arrows walk along wires, and to what lies above and below", () => {
  expect(neighbour(flow(), "menu", "right")).toBe("desk");
  expect(neighbour(flow(), "desk", "left")).toBe("menu");
  expect(neighbour(flow(), "desk", "down")).toBe("bye");
  expect(neighbour(flow(), "bye", "up")).toBe("desk");
  expect(neighbour(flow(), "menu", "left")).toBeUndefined();
});

test("steps come in the order of callers, those that nobody comes to last", () => {
  const { document } = added(flow(), "play", { x: 0, y: 0 });
  expect(inOrder(document).map((node) => node.id)).toEqual(["menu", "desk", "bye", "play"]);
});

test("a step under another id keeps its wires, its place, its tests and the beginning", () => {
  const given = { ...flow(), tests: [{ name: "t", answers: { menu: {} }, expects: { ports: ["menu 1", "menu_2 1"] } }] };
  const now = renamed(given, "menu", "front");
  expect(now.start).toBe(given.start === "menu" ? "front" : given.start);
  expect(now.edges.map((wire) => wire.source)).not.toContain("menu");
  expect(now.edges.length).toBe(given.edges.length);
  expect(Object.keys(now.layout).includes("front")).toBe("menu" in given.layout);
  expect(now.tests[0]).toEqual({ name: "t", answers: { front: {} }, expects: { ports: ["front 1", "menu_2 1"] } });
});

test.each(kinds)("$node.type has the ports that the engine knows", ({ node, ports }) => expect(portsOf(node as FlowNode)).toEqual(ports));

test("there is no kind that one side alone knows", () => expect(Object.keys(KINDS).sort()).toEqual(kinds.map(({ node }) => node.type).sort()));

test("every kind can be made and has ports of different names", () => {
  for (const [type, kind] of Object.entries(KINDS)) {
    const ports = portsOf({ id: "x", type, ...kind.fresh() });
    expect(new Set(ports).size, type).toBe(ports.length);
  }
});

test("what has no place gets one to the right of what leads to it, and nothing lies upon another", () => {
  const places = arranged({ ...flow(), layout: {} });
  expect(places["desk"]!.x).toBeGreaterThan(places["menu"]!.x + 216);
  const kept = placed({ ...flow(), layout: { menu: { x: 7, y: 7 } } });
  expect(kept.layout["menu"]).toEqual({ x: 7, y: 7 });
  expect(Object.keys(kept.layout)).toHaveLength(3);
  expect(freePlace(flow(), { x: 300, y: 0 }).y).toBeGreaterThan(200);
});
