import { Handle, Position, useStore, type NodeProps } from "@xyflow/react";
import { CircleAlert, Play, Plus, TriangleAlert } from "lucide-react";
import { createContext, memo, useContext } from "react";
import { cn } from "@/lib/cn";
import { portAt, TARGET_AT, WIDTH } from "./arrange";
import type { FlowNode } from "./document";
import { endsBy, kindOf, nameOf, portsOf } from "./kinds";
import { TINT } from "@/app/steps";

/** What a drawn node is told; as long as it is the same, it is not drawn again. */
export interface Drawn extends Record<string, unknown> {
  node: FlowNode;
  start: boolean;
  weight: "error" | "warning" | null;
  /** The ports that lead nowhere, joined: compared as one text. */
  open: string;
  lit: boolean;
  edits: boolean;
}

/** Asks for a step at an open port, beside which the palette stands. */
export const AddAt = createContext<(source: string, port: string, beside: HTMLElement) => void>(() => undefined);

const FAR = 0.65; // zoom below which only names are read

export const NodeView = memo(function NodeView({ data, selected }: NodeProps & { data: Drawn }) {
  const { node, start, weight, lit, edits } = data;
  const far = useStore((state) => state.transform[2] < FAR);
  const add = useContext(AddAt);
  const kind = kindOf(node);
  const open = new Set(data.open.split("\n"));
  return (
    <div className={cn("group relative h-full w-full rounded-lg border bg-panel", selected ? "border-accent ring-2 ring-accent" : lit ? "border-accent" : weight === "error" ? "border-bad" : "border-line-strong")}>
      <Handle type="target" position={Position.Left} style={{ top: TARGET_AT }} isConnectable={edits} />
      <div className={cn("flex gap-2 px-3", far ? "h-full items-center" : "h-[52px] items-start pt-2")}>
        <kind.icon aria-hidden size={far ? 28 : 16} className={cn("shrink-0", !far && "mt-0.5", TINT[kind.group])} />
        <div className="min-w-0 flex-1">
          <p className={cn("truncate font-medium", far && "text-2xl")}>{nameOf(node)}</p>
          {!far && <p className="truncate text-sm text-muted">{kind.summary(node)}</p>}
        </div>
        {start && <Play role="img" aria-label="Here it begins" size={far ? 22 : 13} className="mt-1 shrink-0 text-muted" />}
        {weight === "error" && <CircleAlert role="img" aria-label="It has an error" size={far ? 24 : 14} className="mt-0.5 shrink-0 text-bad" />}
        {weight === "warning" && <TriangleAlert role="img" aria-label="There is a warning" size={far ? 24 : 14} className="mt-0.5 shrink-0 text-warn" />}
      </div>
      {portsOf(node).map((port, index) => (
        <div key={port}>
          {!far && (
            <span className="absolute right-3 max-w-44 truncate text-sm text-muted" style={{ top: portAt(index) - 9 }}>
              {port}
            </span>
          )}
          <Handle type="source" id={port} position={Position.Right} style={{ top: portAt(index) }} isConnectable={edits} />
          {edits && !far && open.has(port) && (
            <button
              type="button"
              tabIndex={-1}
              aria-label={`Add a step at ${port} of ${nameOf(node)}`}
              onClick={(event) => add(node.id, port, event.currentTarget)}
              className={cn("nodrag nopan absolute flex size-5 items-center justify-center rounded-full border border-line-strong bg-panel text-muted hover:border-accent hover:text-accent", endsBy(port) && !selected && "opacity-0 group-hover:opacity-100")}
              style={{ left: WIDTH + 8, top: portAt(index) - 10 }}
            >
              <Plus size={12} aria-hidden />
            </button>
          )}
        </div>
      ))}
    </div>
  );
});
