import { fieldErrors } from "@/api/errors";
import type { FlowDocument } from "./document";
import type { Finding } from "./saving";

/** Something that is wrong, or may be: where it stands, and whether it forbids publishing or even keeping. */
export interface Trouble {
  weight: "error" | "warning";
  text: string;
  /** The node that it is about; empty: the flow as a whole. */
  node: string;
  /** The field in the node, or in the flow. */
  path: string;
  /** The draft cannot be kept as long as it is so. */
  refused?: boolean;
}

/** All that is to be said: first why the draft could not be kept, then what the API has found in it. */
export function troublesOf(document: FlowDocument, findings: readonly Finding[], fault: unknown): Trouble[] {
  const refused = Object.entries(fieldErrors(fault)).map(([path, text]): Trouble => ({ weight: "error", text, ...placeOf(document, path), refused: true }));
  const known = new Set(document.nodes.map((node) => node.id));
  const found = findings.filter((one) => one.node === "" || known.has(one.node)).map(({ weight, text, node, path }): Trouble => ({ weight, text, node, path }));
  const order = (one: Trouble) => (one.weight === "error" ? 0 : 1);
  return [...refused, ...found.sort((one, other) => order(one) - order(other))];
}

/** "nodes.3.menu.options.0.key" as the node and its field: the API counts nodes and names their kind. */
function placeOf(document: FlowDocument, path: string): { node: string; path: string } {
  const [head, at, ...rest] = path.split(".");
  if (head === "nodes") {
    const node = document.nodes[Number(at)];
    if (node) return { node: node.id, path: (rest[0] === node.type ? rest.slice(1) : rest).join(".") };
  }
  if (head === "edges") {
    const wire = document.edges[Number(at)];
    if (wire) return { node: wire.source, path: "" };
  }
  return { node: "", path };
}

/** What is wrong at a field of a node, or in what lies below it. */
export const errorAt = (troubles: readonly Trouble[], node: string, path: string): string | undefined =>
  troubles.find((one) => one.node === node && one.weight === "error" && (one.path === path || one.path.startsWith(`${path}.`)))?.text;

export const weightsOf = (troubles: readonly Trouble[]): Map<string, "error" | "warning"> => new Map([...troubles].reverse().flatMap((one) => (one.node ? [[one.node, one.weight] as const] : [])));
