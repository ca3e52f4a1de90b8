import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useMemo, useState } from "react";
import { useSession } from "@/api/session";
import { cn } from "@/lib/cn";
import { Kbd } from "@/ui/page";
import { waysOf } from "./nav";
import { setTheme, type Theme } from "./theme";

interface Command {
  label: string;
  group: string;
  hint?: string;
  run: () => void;
}

/** Everything that can be reached or done from anywhere, by a few letters of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(next) => next || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-shade" />
        <Dialog.Popup aria-label="Search or jump" className="fixed top-[12vh] left-1/2 z-50 w-[560px] max-w-[calc(100vw-32px)] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-panel shadow-float outline-none">
          <Commands onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands(typed: string): Command[] {
  const navigate = useNavigate();
  const { who } = useSession();
  return useMemo(() => {
    const pages: Command[] = waysOf(who).flatMap(({ group, entries }) =>
      entries.map((entry) => ({ label: entry.label, group, hint: `G ${entry.key.toUpperCase()}`, run: () => void navigate({ to: entry.to }) })),
    );
    const themes: Command[] = (["light", "dark", "system"] as Theme[]).map((one) => ({ label: `Theme: ${one}`, group: "Appearance", run: () => setTheme(one) }));
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [...pages, ...themes].filter((one) => words.every((word) => `${one.group} ${one.label}`.toLowerCase().includes(word)));
    const digits = typed.replace(/[^\d+]/g, "");
    if (digits.length >= 4 && who?.rights.includes("look"))
      found.push({ label: `Calls from ${digits}`, group: "Calls", run: () => void navigate({ to: "/calls", search: { caller: digits } }) });
    return found;
  }, [typed, who, navigate]);
}

function Commands({ onClose }: { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const commands = useCommands(typed);
  useEffect(() => setAt(0), [typed]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={commands[at] && `${list}-${at}`}
        aria-label="Search or jump"
        placeholder="Search or jump"
        autoFocus
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step) {
            event.preventDefault();
            setAt((at + step + commands.length) % Math.max(1, commands.length));
          }
          if (event.key === "Enter") run(commands[at]);
        }}
        className="h-11 w-full border-b border-line bg-panel px-4 text-lg outline-none placeholder:text-muted"
      />
      <ul id={list} role="listbox" aria-label="Commands" className="max-h-80 overflow-auto p-1">
        {commands.map((command, index) => (
          <li
            key={command.group + command.label}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => run(command)}
            onPointerMove={() => setAt(index)}
            className={cn("flex h-8 items-center gap-2 rounded-md px-3", index === at && "bg-raised")}
          >
            <span className="flex-1 truncate">{command.label}</span>
            <span className="text-sm text-muted">{command.group}</span>
            {command.hint && <Kbd>{command.hint}</Kbd>}
          </li>
        ))}
      </ul>
      {commands.length === 0 && <p className="px-4 py-6 text-center text-muted">Nothing has such a name.</p>}
    </>
  );
}
