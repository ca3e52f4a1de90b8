import { CircleAlert, TriangleAlert } from "lucide-react";
import { nodeOf, type FlowDocument } from "./document";
import { nameOf } from "./kinds";
import type { Trouble } from "./troubles";

/** What is wrong with the flow, or may be; each leads to its step and field. */
export function Problems({ document, troubles, onGo }: { document: FlowDocument; troubles: readonly Trouble[]; onGo: (trouble: Trouble) => void }) {
  if (troubles.length === 0) return <p className="p-4 text-muted">Nothing is wrong with it.</p>;
  return (
    <ul className="p-2">
      {troubles.map((one, index) => {
        const node = one.node ? nodeOf(document, one.node) : undefined;
        return (
          <li key={index}>
            <button type="button" onClick={() => onGo(one)} className="flex w-full items-start gap-2 rounded-md px-2 py-1 text-left hover:bg-raised">
              {one.weight === "error" ? <CircleAlert role="img" aria-label="Error" size={15} className="mt-0.5 shrink-0 text-bad" /> : <TriangleAlert role="img" aria-label="Warning" size={15} className="mt-0.5 shrink-0 text-warn" />}
              <span className="min-w-0 flex-1">
                <span className="font-medium">{node ? nameOf(node) : "The flow"}</span>
                {one.path && <span className="ml-1 font-mono text-sm text-muted">{one.path}</span>}
                <span className="ml-2">{one.text}</span>
                {one.refused && <span className="ml-2 text-bad">The draft is not kept before this is mended.</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
