import { Graph, layout } from "@dagrejs/dagre";
import type { FlowDocument, FlowNode, Place } from "./document";
import { portsOf } from "./kinds";

export const WIDTH = 216;
const HEAD = 52;
const PORT = 22;
export const SNAP = 8;

/** How high a node is drawn: its ports stand below its words. */
export const heightOf = (node: FlowNode): number => HEAD + PORT * portsOf(node).length + 4;
/** Where the middle of a port is, from the node's top. */
export const portAt = (index: number): number => HEAD + PORT * index + PORT / 2;
export const TARGET_AT = 20;

const snapped = (value: number): number => Math.round(value / SNAP) * SNAP;

/** Places for all nodes, from left to right along the wires. */
export function arranged(document: FlowDocument): Record<string, Place> {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 32, ranksep: 88, ranker: document.nodes.length > 150 ? "longest-path" : "network-simplex" });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of document.nodes) graph.setNode(node.id, { width: WIDTH, height: heightOf(node) });
  for (const wire of document.edges) graph.setEdge(wire.source, wire.target, {}, wire.port);
  layout(graph);
  return Object.fromEntries(
    document.nodes.map((node) => {
      const { x = 0, y = 0 } = graph.node(node.id) as { x?: number; y?: number };
      return [node.id, { x: snapped(x - WIDTH / 2), y: snapped(y - heightOf(node) / 2) }];
    }),
  );
}

/** The document with a place for every node: those that have none are put where they belong. */
export function placed(document: FlowDocument): FlowDocument {
  const lacking = document.nodes.filter((node) => !document.layout[node.id]);
  if (lacking.length === 0) return document;
  const places = arranged(document);
  const all = lacking.length === document.nodes.length;
  const kept = all ? {} : document.layout;
  return { ...document, layout: { ...places, ...kept } };
}

const GAP = 88;

/** A free place to the right of a port, or at a point: further down until nothing lies there. */
export function freePlace(document: FlowDocument, wanted: Place): Place {
  const place = { x: snapped(wanted.x), y: snapped(wanted.y) };
  const taken = document.nodes.flatMap((node) => (document.layout[node.id] ? [{ ...document.layout[node.id]!, height: heightOf(node) }] : []));
  for (;;) {
    const hit = taken.find((one) => Math.abs(one.x - place.x) < WIDTH + 16 && place.y < one.y + one.height + 16 && one.y < place.y + HEAD + 5 * PORT);
    if (!hit) return place;
    place.y = snapped(hit.y + hit.height + 24);
  }
}

export function besidePort(document: FlowDocument, source: string, port: string): Place {
  const node = document.nodes.find((one) => one.id === source);
  const { x = 0, y = 0 } = document.layout[source] ?? {};
  const index = node ? Math.max(0, portsOf(node).indexOf(port)) : 0;
  return freePlace(document, { x: x + WIDTH + GAP, y: y + portAt(index) - TARGET_AT });
}
