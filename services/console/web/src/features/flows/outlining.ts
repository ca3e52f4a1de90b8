import { nodeOf, type FlowDocument, type FlowNode } from "./document";
import { inOrder, wireAt, type Port } from "./graph";
import { portsOf } from "./kinds";

/** A line of the outline: a port with the step after it, with one that stands further up, or with nothing. */
export interface Line {
  depth: number;
  from: Port | null;
  node: FlowNode | null;
  /** The node is told elsewhere: here one is only led to it. */
  again: boolean;
}

/** The flow as nested lines, from its beginning along the ports; what nobody comes to stands last. */
export function outlined(document: FlowDocument): Line[] {
  const told = new Set<string>();
  const lines: Line[] = [];
  const tell = (root: Line) => {
    const open: Line[] = [root];
    while (open.length > 0) {
      const line = open.pop()!;
      const { node } = line;
      if (node === null || told.has(node.id)) {
        lines.push({ ...line, again: node !== null });
        continue;
      }
      told.add(node.id);
      lines.push(line);
      const below = portsOf(node).map((port): Line => {
        const from = { source: node.id, port };
        const wire = wireAt(document, from);
        return { depth: line.depth + 1, from, node: (wire && nodeOf(document, wire.target)) ?? null, again: false };
      });
      open.push(...below.reverse());
    }
  };
  for (const node of inOrder(document)) if (!told.has(node.id)) tell({ depth: 0, from: null, node, again: false });
  return lines;
}

export const lineKey = (line: Line): string => (line.from ? `${line.from.source} ${line.from.port}` : (line.node?.id ?? ""));
