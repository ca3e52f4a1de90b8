import { nodeOf, type FlowDocument, type FlowNode, type Place, type Wire } from "./document";
import { KINDS, portsOf } from "./kinds";

/** Edits of a flow: each gives a new document; what is not touched stays the same object. */

export interface Port {
  source: string;
  port: string;
}

export const wireId = ({ source, port }: Port): string => `${source} ${port}`;
export const wireAt = (document: FlowDocument, { source, port }: Port): Wire | undefined => document.edges.find((wire) => wire.source === source && wire.port === port);

/** A free id of the same beginning: "menu", "menu_2", … */
export function freeId(taken: ReadonlySet<string>, wanted: string): string {
  const root = wanted.replace(/_\d+$/, "");
  let id = root;
  for (let n = 2; taken.has(id); n++) id = `${root}_${n}`;
  return id;
}

const idsOf = (document: FlowDocument): Set<string> => new Set(document.nodes.map((node) => node.id));

/** A new node at a place; `from` leads to it, and where it led before, the new node leads by its first port. */
export function added(document: FlowDocument, type: string, place: Place, from?: Port): { document: FlowDocument; id: string } {
  const id = freeId(idsOf(document), type);
  const node: FlowNode = { id, type, ...KINDS[type]!.fresh() };
  const before = from && wireAt(document, from);
  const first = portsOf(node)[0];
  let next: FlowDocument = { ...document, nodes: [...document.nodes, node], layout: { ...document.layout, [id]: place } };
  if (from) next = connected(next, from, id);
  if (before && first) next = connected(next, { source: id, port: first }, before.target);
  return { document: next, id };
}

/** The port leads there, and nowhere else. */
export function connected(document: FlowDocument, { source, port }: Port, target: string): FlowDocument {
  const others = document.edges.filter((wire) => wire.source !== source || wire.port !== port);
  return { ...document, edges: [...others, { source, port, target }] };
}

export function cut(document: FlowDocument, { source, port }: Port): FlowDocument {
  return { ...document, edges: document.edges.filter((wire) => wire.source !== source || wire.port !== port) };
}

/** Without these nodes and their wires; a flow keeps at least one node, and a beginning. */
export function removed(document: FlowDocument, ids: Iterable<string>): FlowDocument {
  const gone = new Set(ids);
  const nodes = document.nodes.filter((node) => !gone.has(node.id));
  if (nodes.length === 0 || nodes.length === document.nodes.length) return document;
  const follows = document.edges.find((wire) => wire.source === document.start && !gone.has(wire.target))?.target;
  return {
    ...document,
    nodes,
    edges: document.edges.filter((wire) => !gone.has(wire.source) && !gone.has(wire.target)),
    layout: Object.fromEntries(Object.entries(document.layout).filter(([id]) => !gone.has(id))),
    start: gone.has(document.start) ? (follows ?? nodes[0]!.id) : document.start,
  };
}

/** Another version of a node; a port that is called otherwise keeps its wire, one that is gone loses it. */
export function changed(document: FlowDocument, node: FlowNode): FlowDocument {
  const before = nodeOf(document, node.id);
  if (!before) return document;
  const [old, now] = [portsOf(before), portsOf(node)];
  const renamed = new Map<string, string>();
  if (old.length === now.length) old.forEach((port, at) => port !== now[at] && !now.includes(port) && renamed.set(port, now[at]!));
  const rewired = document.edges.flatMap((wire) => {
    if (wire.source !== node.id || now.includes(wire.port)) return [wire];
    const port = renamed.get(wire.port);
    return port === undefined ? [] : [{ ...wire, port }];
  });
  const same = rewired.length === document.edges.length && rewired.every((wire, at) => wire === document.edges[at]);
  return { ...document, nodes: document.nodes.map((one) => (one.id === node.id ? node : one)), edges: same ? document.edges : rewired };
}

/** A node under another id: whatever names it follows, wires, tests and its place too. */
export function renamed(document: FlowDocument, id: string, to: string): FlowDocument {
  const now = (one: string) => (one === id ? to : one);
  const keys = <T>(by: Record<string, T>) => Object.fromEntries(Object.entries(by).map(([key, value]) => [now(key), value]));
  const tests = document.tests.map((test) => {
    const { ports } = (test["expects"] ?? {}) as { ports?: string[] | null };
    const answers = test["answers"] as Record<string, unknown> | undefined;
    return {
      ...test,
      ...(answers && { answers: keys(answers) }),
      ...(ports && { expects: { ...(test["expects"] as object), ports: ports.map((one) => (one === id || one.startsWith(`${id} `) ? to + one.slice(id.length) : one)) } }),
    };
  });
  return {
    ...document,
    start: now(document.start),
    nodes: document.nodes.map((node) => (node.id === id ? { ...node, id: to } : node)),
    edges: document.edges.map((wire) => (wire.source === id || wire.target === id ? { ...wire, source: now(wire.source), target: now(wire.target) } : wire)),
    layout: keys(document.layout),
    tests,
  };
}

export function moved(document: FlowDocument, places: Record<string, Place>): FlowDocument {
  return { ...document, layout: { ...document.layout, ...places } };
}

/** A part of a flow, as it is copied: JSON that says what it is. */
export interface Part {
  flow_part: 1;
  nodes: FlowNode[];
  edges: Wire[];
  layout: Record<string, Place>;
}

export function copied(document: FlowDocument, ids: Iterable<string>): Part {
  const taken = new Set(ids);
  return {
    flow_part: 1,
    nodes: document.nodes.filter((node) => taken.has(node.id)),
    edges: document.edges.filter((wire) => taken.has(wire.source) && taken.has(wire.target)),
    layout: Object.fromEntries(Object.entries(document.layout).filter(([id]) => taken.has(id))),
  };
}

/** What was copied, if the text is such a part, or a whole flow. */
export function readPart(text: string): Part | null {
  try {
    const given = JSON.parse(text) as Partial<Part>;
    if (!Array.isArray(given.nodes) || !given.nodes.every((node) => typeof node?.id === "string" && typeof node.type === "string" && node.type in KINDS)) return null;
    return { flow_part: 1, nodes: given.nodes, edges: Array.isArray(given.edges) ? given.edges : [], layout: given.layout ?? {} };
  } catch {
    return null;
  }
}

/** A copied part put in beside what is there, under ids of its own. */
export function pasted(document: FlowDocument, part: Part, by: Place): { document: FlowDocument; ids: string[] } {
  const taken = idsOf(document);
  const names = new Map<string, string>();
  for (const node of part.nodes) {
    const id = freeId(taken, node.id);
    taken.add(id);
    names.set(node.id, id);
  }
  const nodes = part.nodes.map((node) => ({ ...node, id: names.get(node.id)! }));
  const edges = part.edges.filter((wire) => names.has(wire.source) && names.has(wire.target)).map((wire) => ({ ...wire, source: names.get(wire.source)!, target: names.get(wire.target)! }));
  const places = part.nodes.map((node): [string, Place] => {
    const { x = 0, y = 0 } = part.layout[node.id] ?? {};
    return [names.get(node.id)!, { x: x + by.x, y: y + by.y }];
  });
  return {
    document: { ...document, nodes: [...document.nodes, ...nodes], edges: [...document.edges, ...edges], layout: { ...document.layout, ...Object.fromEntries(places) } },
    ids: nodes.map((node) => node.id),
  };
}

export type Way = "left" | "right" | "up" | "down";

/** The node that an arrow key leads to: along the wires to the sides, to the nearest above and below. */
export function neighbour(document: FlowDocument, id: string, way: Way): string | undefined {
  const node = nodeOf(document, id);
  const here = document.layout[id];
  if (!node || !here) return undefined;
  if (way === "right") return portsOf(node).map((port) => wireAt(document, { source: id, port })?.target).find((target) => target !== undefined && target !== id);
  if (way === "left") return document.edges.find((wire) => wire.target === id && wire.source !== id)?.source;
  const sign = way === "down" ? 1 : -1;
  let [best, least]: [string | undefined, number] = [undefined, Infinity];
  for (const [other, place] of Object.entries(document.layout)) {
    const dy = (place.y - here.y) * sign;
    const far = dy + 2 * Math.abs(place.x - here.x);
    if (other !== id && dy > 0 && far < least) [best, least] = [other, far];
  }
  return best;
}

/** The nodes in the order in which a caller may come to them; what nobody comes to last. */
export function inOrder(document: FlowDocument): FlowNode[] {
  const byId = new Map(document.nodes.map((node) => [node.id, node]));
  const ways = new Map(document.edges.map((wire) => [wireId(wire), wire.target]));
  const found = new Set<string>();
  const open = [document.start];
  while (open.length > 0) {
    const id = open.pop()!;
    const node = byId.get(id);
    if (!node || found.has(id)) continue;
    found.add(id);
    const targets = portsOf(node).flatMap((port) => ways.get(wireId({ source: id, port })) ?? []);
    open.push(...targets.reverse());
  }
  return [...[...found].map((id) => byId.get(id)!), ...document.nodes.filter((node) => !found.has(node.id))];
}
