import { Position, type Edge, type Node, type NodeHandle } from "@xyflow/react";
import { heightOf, portAt, TARGET_AT, WIDTH } from "./arrange";
import type { FlowDocument, FlowNode } from "./document";
import { wireId } from "./graph";
import { kindOf, nameOf, portsOf } from "./kinds";
import type { Drawn } from "./node-view";

export type DrawnNode = Node<Drawn, "step">;

/** A node that the page wants to be seen, and perhaps to have the keyboard; another object each time. */
export interface Wanted {
  id: string;
  focus: boolean;
}

/** What lies over the drawing: what is wrong, which way was walked, what went through the wires. */
export interface Over {
  weights: ReadonlyMap<string, "error" | "warning">;
  litNodes: ReadonlySet<string>;
  litWires: ReadonlySet<string>;
  labels: ReadonlyMap<string, string>;
}

const DOT = 10;
const handlesOf = (node: FlowNode): NodeHandle[] => [
  { id: null, type: "target", position: Position.Left, x: -DOT / 2, y: TARGET_AT - DOT / 2, width: DOT, height: DOT },
  ...portsOf(node).map((port, index): NodeHandle => ({ id: port, type: "source", position: Position.Right, x: WIDTH - DOT / 2, y: portAt(index) - DOT / 2, width: DOT, height: DOT })),
];

const same = (one: object, other: object): boolean => Object.entries(one).every(([name, value]) => (other as Record<string, unknown>)[name] === value);

/** Makes the canvas's nodes and wires of a document; what has not changed stays the same object, and is not drawn again. */
export function createDrawing() {
  let nodes = new Map<string, { made: DrawnNode; of: object }>();
  let edges = new Map<string, { made: Edge; of: object }>();
  return {
    nodes(document: FlowDocument, selected: readonly string[], over: Over, edits: boolean): DrawnNode[] {
      const wired = new Set(document.edges.map(wireId));
      const chosen = new Set(selected);
      const roving = selected[0] ?? document.start;
      const next: typeof nodes = new Map();
      const drawn = document.nodes.map((node) => {
        const open = portsOf(node).filter((port) => !wired.has(wireId({ source: node.id, port }))).join("\n");
        const data: Drawn = { node, start: node.id === document.start, weight: over.weights.get(node.id) ?? null, open, lit: over.litNodes.has(node.id), edits };
        const place = document.layout[node.id] ?? { x: 0, y: 0 };
        const of = { ...data, x: place.x, y: place.y, selected: chosen.has(node.id), roving: node.id === roving };
        const before = nodes.get(node.id);
        const made = before && same(of, before.of) ? before.made : drawnNode(node, data, of);
        next.set(node.id, { made, of });
        return made;
      });
      nodes = next;
      return drawn;
    },
    edges(document: FlowDocument, chosen: string | null, over: Over): Edge[] {
      const next: typeof edges = new Map();
      const drawn = document.edges.map((wire) => {
        const id = wireId(wire);
        const of = { wire, lit: over.litWires.has(id), label: over.labels.get(id), selected: chosen === id };
        const before = edges.get(id);
        const made: Edge =
          before && same(of, before.of)
            ? before.made
            : { id, source: wire.source, sourceHandle: wire.port, target: wire.target, type: "smoothstep", label: of.label, selected: of.selected, className: of.lit ? "lit" : "", zIndex: of.lit ? 1 : 0, ariaLabel: `${wire.port} of ${wire.source} leads to ${wire.target}` };
        next.set(id, { made, of });
        return made;
      });
      edges = next;
      return drawn;
    },
  };
}

function drawnNode(node: FlowNode, data: Drawn, of: { x: number; y: number; selected: boolean; roving: boolean }): DrawnNode {
  const told = [nameOf(node), data.start && "the beginning", kindOf(node).word, kindOf(node).summary(node), data.weight && `has a ${data.weight}`];
  return {
    id: node.id,
    type: "step",
    position: { x: of.x, y: of.y },
    data,
    selected: of.selected,
    focusable: true,
    domAttributes: { tabIndex: of.roving ? 0 : -1 }, // one way in by Tab; arrows lead on
    ariaLabel: told.filter(Boolean).join(", "),
    width: WIDTH,
    height: heightOf(node),
    measured: { width: WIDTH, height: heightOf(node) }, // known beforehand: nothing waits for the page to be laid out
    handles: handlesOf(node),
  };
}
