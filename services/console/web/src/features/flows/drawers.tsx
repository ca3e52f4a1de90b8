import { Activity, CircleAlert, CircleCheck, FlaskConical, Play, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/lib/cn";
import { buttonLook } from "@/ui/button";
import { Kbd } from "@/ui/page";
import type { Drawer, EditorSearch } from "./search";
import type { Trouble } from "./troubles";

interface Props {
  search: EditorSearch;
  onChange: (more: Partial<EditorSearch>) => void;
  troubles: readonly Trouble[];
  tests: number;
  contents: Record<Drawer, () => ReactNode>;
}

const NAMES: Record<Drawer, string> = { simulator: "Simulator", tests: "Tests", problems: "Problems" };

/** What stands below the drawing: one of three, or none; and whether the traffic lies over it. */
export function Drawers({ search, onChange, troubles, tests, contents }: Props) {
  const { drawer, traffic } = search;
  const toggle = (one: Drawer) => ({ "aria-expanded": drawer === one, onClick: () => onChange({ drawer: drawer === one ? undefined : one }), className: cn(buttonLook("quiet"), drawer === one && "bg-raised text-text") });
  const bad = troubles.some((one) => one.weight === "error");
  return (
    <>
      {drawer && (
        <section aria-label={NAMES[drawer]} className={cn("shrink-0 overflow-auto border-t border-line", drawer === "simulator" ? "h-72 max-md:h-1/2" : "h-56")}>
          {contents[drawer]()}
        </section>
      )}
      <div className="flex shrink-0 flex-wrap items-center gap-1 border-t border-line px-2 py-1">
        <button type="button" {...toggle("simulator")}>
          <Play size={14} aria-hidden /> Simulate
        </button>
        <button type="button" {...toggle("tests")}>
          <FlaskConical size={14} aria-hidden /> Tests {tests > 0 && <span className="tabular-nums">{tests}</span>}
        </button>
        <button type="button" {...toggle("problems")}>
          {bad ? <CircleAlert size={14} aria-hidden className="text-bad" /> : troubles.length > 0 ? <TriangleAlert size={14} aria-hidden className="text-warn" /> : <CircleCheck size={14} aria-hidden />}
          {troubles.length === 0 ? "No problems" : `${troubles.length} ${troubles.length === 1 ? "problem" : "problems"}`} <Kbd>F8</Kbd>
        </button>
        <button type="button" aria-pressed={traffic ?? false} onClick={() => onChange({ traffic: traffic ? undefined : true })} className={cn(buttonLook("quiet"), "ml-auto", traffic && "bg-raised text-text")}>
          <Activity size={14} aria-hidden /> Traffic of 24 h
        </button>
      </div>
    </>
  );
}
