import { Dialog } from "@base-ui/react/dialog";
import { useId, useMemo, useState } from "react";
import { cn } from "@/lib/cn";
import type { FlowNode } from "./document";
import { kindOf, KINDS, nameOf } from "./kinds";
import { GROUPS, TINT } from "@/app/steps";

const [WIDE, HIGH] = [320, 380];

interface Props {
  /** Where on the screen it was asked for. */
  x: number;
  y: number;
  /** Whoever asked moves the keyboard on when it closes; else it goes back to where it was. */
  moves?: boolean;
  /** Steps that are there, to which the port may lead instead. */
  others: readonly FlowNode[];
  onAdd: (type: string) => void;
  onLead: (id: string) => void;
  onClose: () => void;
}

/** The kinds of steps by a few letters; from a port also the steps that are there. */
export function StepPalette({ x, y, moves = false, others, onAdd, onLead, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const choices = useMemo(() => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const kinds = GROUPS.flatMap((group) => Object.entries(KINDS).filter(([, kind]) => kind.group === group).map(([type, kind]) => ({ key: type, group: group as string, kind, label: kind.word, about: kind.about, run: () => onAdd(type) })));
    const there = others.map((node) => ({ key: `to ${node.id}`, group: "Lead to a step that is there", kind: kindOf(node), label: nameOf(node), about: node.id, run: () => onLead(node.id) }));
    return [...kinds, ...there].filter((one) => words.every((word) => `${one.group} ${one.label} ${one.about}`.toLowerCase().includes(word)));
  }, [typed, others, onAdd, onLead]);
  const move = (to: number) => {
    setAt(to);
    document.getElementById(`${list}-${to}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <Dialog.Root open onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Popup
          aria-label="Add a step"
          finalFocus={!moves}
          className="fixed z-50 flex flex-col overflow-hidden rounded-lg border border-line bg-panel shadow-float outline-none"
          style={{ left: Math.max(8, Math.min(x, innerWidth - WIDE - 8)), top: Math.max(8, Math.min(y, innerHeight - HIGH - 8)), width: WIDE, maxHeight: HIGH }}
        >
          <input
            role="combobox"
            aria-expanded
            aria-controls={list}
            aria-activedescendant={choices[at] && `${list}-${at}`}
            aria-label="Find a step"
            placeholder="Find a step"
            autoFocus
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
            }}
            onKeyDown={(event) => {
              const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
              if (step) {
                event.preventDefault();
                move((at + step + choices.length) % Math.max(1, choices.length));
              }
              if (event.key === "Enter") {
                event.preventDefault();
                choices[at]?.run();
              }
            }}
            className="h-10 shrink-0 border-b border-line bg-panel px-3 outline-none placeholder:text-muted"
          />
          <ul id={list} role="listbox" aria-label="Steps" className="min-h-0 flex-1 overflow-auto p-1">
            {choices.map((choice, index) => (
              <li key={choice.key} id={`${list}-${index}`} role="option" aria-selected={index === at} aria-label={choice.label} onClick={choice.run} onPointerMove={() => setAt(index)} className="rounded-md">
                {choice.group !== choices[index - 1]?.group && <span className="block px-2 pt-2 pb-0.5 text-xs text-muted">{choice.group}</span>}
                <span className={cn("flex items-center gap-2 rounded-md px-2 py-1", index === at && "bg-raised")}>
                  <choice.kind.icon size={15} aria-hidden className={cn("shrink-0", TINT[choice.kind.group])} />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate">{choice.label}</span>
                    <span className="block truncate text-sm text-muted">{choice.about}</span>
                  </span>
                </span>
              </li>
            ))}
          </ul>
          {choices.length === 0 && <p className="px-4 py-6 text-center text-muted">No step has such a name.</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
