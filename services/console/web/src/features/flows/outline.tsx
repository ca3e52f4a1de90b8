import { CircleAlert, CornerDownRight, Play, Plus, TriangleAlert, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { cn } from "@/lib/cn";
import { IconButton } from "@/ui/button";
import { Kbd } from "@/ui/page";
import type { Actions } from "./actions";
import type { Over, Wanted } from "./drawing";
import { endsBy, kindOf, nameOf } from "./kinds";
import { TINT } from "@/app/steps";
import { lineKey, outlined, type Line } from "./outlining";
import { StepPalette } from "./palette";
import { useEditing, type Store } from "./store";

const INDENT_MAX = 12; // levels that are set in; deeper ones say their level only

interface Props {
  store: Store;
  actions: Actions;
  over: Over;
  edits: boolean;
  wanted: Wanted | null;
  onInspect: () => void;
}

/** The same flow as a nested list, for keys and for those who cannot see the drawing: nothing needs the canvas. */
export function Outline({ store, actions, over, edits, wanted, onInspect }: Props) {
  const document = useEditing(store, (editing) => editing.document);
  const selected = useEditing(store, (editing) => editing.selected);
  const lines = useMemo(() => outlined(document), [document]);
  const [at, setAt] = useState(0);
  const [asked, setAsked] = useState<{ line: Line; x: number; y: number } | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const focus = useCallback((index: number) => list.current?.querySelector<HTMLElement>(`[data-line="${index}"]`)?.focus(), []);
  const rowOf = useCallback((id: string) => outlined(store.get().document).findIndex((line) => line.node?.id === id && !line.again), [store]);
  /** The step to whose line the keyboard goes with the next drawing; another object each time. */
  const [goal, setGoal] = useState<{ id: string } | null>(null);
  const show = (id: string) => setGoal({ id });
  // At once when the line is there: a focus that came later would take the keyboard from whoever has typed on.
  useEffect(() => {
    if (goal) focus(rowOf(goal.id));
  }, [goal, focus, rowOf]);
  useEffect(() => {
    if (wanted?.focus) focus(rowOf(wanted.id));
  }, [wanted, focus, rowOf]);

  const choose = (index: number) => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    const line = lines[next];
    setAt(next);
    store.select(line?.node ? [line.node.id] : []);
    focus(next);
  };
  const ask = (line: Line, element: Element) => {
    const { left, bottom } = element.getBoundingClientRect();
    setAsked({ line, x: left + 40, y: bottom });
  };
  /** Where a step would be added: at the open port itself, else at the step's first port that leads nowhere. */
  const portFor = (line: Line): Line | undefined => (line.node === null ? line : (lines.find((one) => one.from?.source === line.node!.id && one.node === null) ?? lines.find((one) => one.from?.source === line.node!.id)));

  const onKeyDown = (event: KeyboardEvent, line: Line, index: number) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const done = () => event.preventDefault();
    switch (event.key) {
      case "ArrowDown":
        done();
        return choose(index + 1);
      case "ArrowUp":
        done();
        return choose(index - 1);
      case "ArrowLeft": {
        done();
        const above = lines.findLastIndex((one, other) => other < index && one.depth < line.depth);
        return above >= 0 ? choose(above) : undefined;
      }
      case "ArrowRight":
        done();
        return line.again && line.node ? choose(rowOf(line.node.id)) : choose(index + 1);
      case "Home":
        done();
        return choose(0);
      case "End":
        done();
        return choose(lines.length - 1);
      case "Enter":
        done();
        if (line.node === null) return edits ? ask(line, event.currentTarget) : undefined;
        store.select([line.node.id]);
        return onInspect();
      case "a":
      case "+": {
        const port = portFor(line);
        if (!edits || !port) return;
        done();
        return ask(port, event.currentTarget);
      }
      case "x":
        if (edits && line.from && line.node) actions.cut(line.from);
        return focus(index);
      case "Delete":
      case "Backspace":
        if (edits && line.node && !line.again) {
          const left = actions.remove([line.node.id]);
          if (left) show(left);
        }
    }
  };

  return (
    <div className="min-h-0 flex-1 overflow-auto p-2">
      <p className="px-2 pb-2 text-sm text-muted">
        <Kbd>↑</Kbd> <Kbd>↓</Kbd> lines · <Kbd>Enter</Kbd> settings, or add a step · <Kbd>A</Kbd> add after · <Kbd>X</Kbd> cut the way · <Kbd>Del</Kbd> take away
      </p>
      <ul ref={list} role="tree" aria-label="Outline">
        {lines.map((line, index) => {
          const { node, from } = line;
          const kind = node && kindOf(node);
          const weight = node && !line.again ? over.weights.get(node.id) : undefined;
          return (
            <li
              key={`${lineKey(line)} ${index}`}
              role="treeitem"
              aria-level={line.depth + 1}
              aria-selected={node !== null && selected.includes(node.id)}
              aria-label={told(line, weight)}
              data-line={index}
              tabIndex={index === Math.min(at, lines.length - 1) ? 0 : -1}
              onFocus={() => setAt(index)}
              onClick={() => choose(index)}
              onKeyDown={(event) => onKeyDown(event, line, index)}
              className={cn("flex min-h-7 items-center gap-2 rounded-md px-2 hover:bg-raised", node && selected.includes(node.id) && !line.again && "bg-raised", node && over.litNodes.has(node.id) && "text-accent")}
              style={{ marginLeft: Math.min(line.depth, INDENT_MAX) * 20 }}
            >
              {from && <span className="rounded-sm border border-line bg-panel px-1.5 font-mono text-xs text-muted">{from.port}</span>}{" "}
              {kind && <kind.icon size={15} aria-hidden className={cn("shrink-0", TINT[kind.group])} />}
              {node ? (
                <span className="min-w-0 flex-1 truncate">
                  {line.again && <CornerDownRight size={13} aria-hidden className="mr-1 inline text-muted" />}
                  <span className={line.again ? "text-muted" : "font-medium"}>{nameOf(node)}</span>{" "}
                  {!line.again && <span className="ml-2 text-muted">{kind!.summary(node)}</span>}
                </span>
              ) : (
                <span className="min-w-0 flex-1 text-muted">{nowhere(from!.port)}</span>
              )}
              {node?.id === document.start && !line.again && <Play role="img" aria-label="Here it begins" size={13} className="shrink-0 text-muted" />}
              {weight === "error" && <CircleAlert aria-hidden size={14} className="shrink-0 text-bad" />}
              {weight === "warning" && <TriangleAlert aria-hidden size={14} className="shrink-0 text-warn" />}
              {edits && from && node === null && (
                <IconButton label={`Add a step at ${from.port} of ${from.source}`} tabIndex={-1} onClick={(event) => ask(line, event.currentTarget)}>
                  <Plus size={14} aria-hidden />
                </IconButton>
              )}
              {edits && from && node !== null && (
                <IconButton label={`Cut ${from.port} of ${from.source}`} tabIndex={-1} onClick={() => actions.cut(from)}>
                  <X size={14} aria-hidden />
                </IconButton>
              )}
            </li>
          );
        })}
      </ul>
      {asked?.line.from && (
        <StepPalette
          x={asked.x}
          y={asked.y}
          moves
          others={document.nodes.filter((one) => one.id !== asked.line.from!.source)}
          onAdd={(type) => {
            setAsked(null);
            show(actions.add(type, asked.line.from!));
          }}
          onLead={(id) => {
            setAsked(null);
            actions.lead(asked.line.from!, id);
            show(asked.line.from!.source);
          }}
          onClose={() => {
            setAsked(null);
            show(asked.line.from!.source);
          }}
        />
      )}
    </div>
  );
}

const nowhere = (port: string): string => (endsBy(port) ? "the call ends" : "leads nowhere");

/** A line as it is said: what is seen of it, and what its signs mean. */
function told({ from, node, again }: Line, weight: "error" | "warning" | undefined): string {
  const seen = [from?.port, node ? nameOf(node) : nowhere(from?.port ?? ""), node && !again && kindOf(node).summary(node)].filter(Boolean).join(" ");
  return [seen, again && "told above", weight && `has a ${weight}`].filter(Boolean).join(", ");
}
