/** A flow's document as its author writes it; the API's own language says everything else. */
export interface FlowDocument {
  id: string;
  name: string;
  start: string;
  nodes: FlowNode[];
  edges: Wire[];
  tests: Script[];
  /** Where each node is drawn, by its id. */
  layout: Record<string, Place>;
  [field: string]: unknown;
}

export interface FlowNode {
  id: string;
  type: string;
  label?: string;
  [field: string]: unknown;
}

/** A way from a node's port to another node; a port has at most one. */
export interface Wire {
  source: string;
  port: string;
  target: string;
}

export interface Place {
  x: number;
  y: number;
}

/** A played caller, and what is expected of her call. */
export interface Script {
  name: string;
  [field: string]: unknown;
}

/** What is read from the API, with what may be left out of it. */
export function read(given: Record<string, unknown>): FlowDocument {
  return { edges: [], tests: [], layout: {}, ...given } as unknown as FlowDocument;
}

export const nodeOf = (document: FlowDocument, id: string): FlowNode | undefined => document.nodes.find((node) => node.id === id);
