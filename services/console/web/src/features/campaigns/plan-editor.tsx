import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import type { Draft } from "@/api/draft";
import { useNames } from "@/api/names";
import type { Documents } from "@/api/records";
import { Button, IconButton } from "@/ui/button";
import { CheckField, NumberField, SelectField } from "@/ui/field";
import { lacksRouter, moved, NO_ROUTER, named, naming, share, type Entry } from "@/app/editors/entries";

type Campaign = Draft<Documents["campaigns"]>;

const SPREADS = [
  { value: "weight", label: "By weight" },
  { value: "round_robin", label: "In turn" },
  { value: "least_busy", label: "To the least busy" },
  { value: "most_free", label: "To the most free" },
  { value: "performance", label: "To who earns most" },
];

/** Who gets the calls, in which order; RTB and its router. */
export function PlanEditor({ draft }: { draft: Campaign }) {
  const targets = useNames("targets");
  const groups = useNames("groups");
  const routers = useNames("rtb-routers");
  const plan = draft.document.assignments;
  const set = (next: readonly Entry[]) => draft.set("assignments", next);
  const choices = [
    { value: "", label: "Choose a destination" },
    ...targets.map((one) => ({ value: `target:${one.value}`, label: one.label })),
    ...groups.map((one) => ({ value: `group:${one.value}`, label: `Group: ${one.label}` })),
    ...routers.map((one) => ({ value: `router:${one.value}`, label: `RTB: ${one.label}` })),
  ];
  return (
    <>
      <SelectField label="Among equals" value={draft.document.spread} choices={SPREADS} onChange={(spread) => draft.set("spread", spread)} error={draft.error("spread")} />
      <ol className="grid gap-3">
        {plan.map((entry, index) => (
          <li key={index} className="rounded-lg border border-line p-3">
            <div className="flex flex-wrap items-end gap-2">
              <div className="min-w-40 flex-1">
                <SelectField label={`Destination ${index + 1}`} value={named(entry)} choices={choices} onChange={(value) => set(plan.map((one, other) => (other === index ? naming(one, value) : one)))} error={draft.error(`assignments.${index}`)} />
              </div>
              <NumberField label="Priority" value={entry.priority} onChange={(priority) => draft.set(`assignments.${index}.priority`, priority ?? 1)} className="w-16" />
              <NumberField label="Weight" value={entry.weight} onChange={(weight) => draft.set(`assignments.${index}.weight`, weight ?? 1)} className="w-16" />
              <IconButton label={`Destination ${index + 1}: up`} disabled={index === 0} onClick={() => set(moved(plan, index, -1))}>
                <ArrowUp size={15} aria-hidden />
              </IconButton>
              <IconButton label={`Destination ${index + 1}: down`} disabled={index === plan.length - 1} onClick={() => set(moved(plan, index, 1))}>
                <ArrowDown size={15} aria-hidden />
              </IconButton>
              <IconButton label={`Take away destination ${index + 1}`} onClick={() => set(plan.filter((_, other) => other !== index))}>
                <X size={15} aria-hidden />
              </IconButton>
            </div>
            {draft.document.spread === "weight" && (
              <div className="mt-2 flex items-center gap-2 text-sm text-muted">
                <span aria-hidden className="h-1.5 flex-1 rounded-full bg-raised">
                  <span className="block h-full rounded-full bg-accent" style={{ width: `${share(plan, entry)}%` }} />
                </span>
                <span className="tabular-nums">
                  {share(plan, entry)}% of priority {entry.priority}
                </span>
              </div>
            )}
          </li>
        ))}
      </ol>
      {plan.length === 0 && <p className="text-muted">Nobody yet: every call would be closed.</p>}
      {draft.error("assignments") && plan.length === 0 && <p className="text-sm text-bad">{draft.error("assignments")}</p>}
      <div>
        <Button onClick={() => set([...plan, { ...naming({}, ""), priority: Math.max(0, ...plan.map((one) => one.priority)) + 1, weight: 1 }])}>
          <Plus size={14} aria-hidden /> Destination
        </Button>
      </div>
      <CheckField label="Ask outside bidders (RTB)" help="A router in the plan holds the auction; its place in the plan says when." value={draft.document.rtb_enabled} onChange={(on) => draft.set("rtb_enabled", on)} error={draft.error("rtb_enabled")} />
      {draft.document.rtb_enabled && (
        <SelectField
          label="RTB router"
          value={plan.find((entry) => entry.rtb_router_id)?.rtb_router_id ?? ""}
          choices={[{ value: "", label: "Choose a router" }, ...routers]}
          error={lacksRouter(draft.document) ? NO_ROUTER : undefined}
          onChange={(router) => {
            const others = plan.filter((entry) => !entry.rtb_router_id);
            set(router === "" ? others : [{ ...naming({}, `router:${router}`), priority: Math.min(1, ...others.map((one) => one.priority)), weight: 1 }, ...others]);
          }}
        />
      )}
      {draft.document.rtb_id && (
        <p className="text-sm text-muted">
          Publishers know it as <code className="font-mono break-all">{draft.document.rtb_id}</code>
        </p>
      )}
    </>
  );
}
