import { expect, test, vi } from "vitest";
import { createActions } from "./actions";
import { read } from "./document";
import { createStore } from "./store";

const begun = () => createStore(read({ id: "f", name: "Desk", start: "desk", nodes: [{ id: "desk", type: "router" }], layout: { desk: { x: 0, y: 0 } } }));

test("each edit can be taken back and done again; a new one forgets what was ahead", () => {
  const store = begun();
  const actions = createActions(store);
  const id = actions.add("play", { source: "desk", port: "no_buyer" });
  expect(store.get().selected).toEqual([id]);
  store.undo();
  expect(store.get().document.nodes).toHaveLength(1);
  expect(store.get().selected).toEqual([]);
  store.redo();
  expect(store.get().document.edges).toHaveLength(1);
  store.undo();
  actions.add("hold");
  store.redo();
  expect(store.get().document.nodes.map((node) => node.id)).toEqual(["desk", "hold"]);
});

test("typing in one field is one step; a pause, or another field, begins the next", () => {
  vi.useFakeTimers();
  const store = begun();
  const actions = createActions(store);
  const type = (label: string, field = "label") => actions.change({ ...store.get().document.nodes[0]!, [field]: label }, field);
  type("F");
  type("Fr");
  type("Front");
  type("x", "reason");
  expect(store.get().past).toHaveLength(2);
  vi.advanceTimersByTime(1_500);
  type("y", "reason");
  expect(store.get().past).toHaveLength(3);
  store.undo();
  store.undo();
  expect(store.get().document.nodes[0]).toMatchObject({ label: "Front" });
  expect(store.get().document.nodes[0]).not.toHaveProperty("reason");
  vi.useRealTimers();
});

test("a hundred steps are kept", () => {
  const store = begun();
  const actions = createActions(store);
  for (let n = 0; n < 130; n++) actions.begin(`x${n}`);
  expect(store.get().past).toHaveLength(100);
});

test("what is copied is pasted beside, chosen; other text is not", () => {
  const store = begun();
  const actions = createActions(store);
  expect(actions.paste("Hello")).toBe(false);
  expect(actions.paste(actions.copy(["desk"]))).toBe(true);
  expect(store.get().selected).toEqual(["desk_2"]);
});
