import { Link } from "@tanstack/react-router";
import { useNamed } from "@/api/names";
import { Known } from "@/app/known";
import { CheckField, NumberField, TextField } from "@/ui/field";
import type { RouterDraft } from "./router";

/** All RTB targets; those that are checked are asked. */
export function Members({ draft: { document, set, error } }: { draft: RouterDraft }) {
  const targets = useNamed("rtb-targets");
  const members = document.members ?? [];
  const at = (id: string) => members.findIndex((member) => member.target_id === id);
  const toggle = (id: string, on: boolean) => set("members", on ? [...members, { target_id: id, priority: 1, weight: 1, multiplier: "1", bump: "0", adjustments: [] }] : members.filter((member) => member.target_id !== id));
  return (
    <>
      <Known asked={targets} none="There are no RTB targets yet.">
        {(names) => (
          <ul className="grid gap-2">
            {names.map(({ value: id, label }) => {
              const index = at(id);
              const member = members[index];
              const path = `members.${index}`;
              return (
                <li key={id}>
                  <CheckField label={label} value={member !== undefined} onChange={(on) => toggle(id, on)} />
                  {member && (
                    <div role="group" aria-label={label} className="mt-1 mb-2 ml-6 flex flex-wrap items-start gap-2">
                      <NumberField label="Priority" value={member.priority ?? 1} onChange={(priority) => set(`${path}.priority`, priority ?? 1)} error={error(`${path}.priority`)} className="w-16" />
                      <NumberField label="Weight" value={member.weight ?? 1} onChange={(weight) => set(`${path}.weight`, weight ?? 1)} error={error(`${path}.weight`)} className="w-16" />
                      <TextField label="Multiplier" inputMode="decimal" value={String(member.multiplier)} onChange={(factor) => set(`${path}.multiplier`, factor)} error={error(`${path}.multiplier`)} className="w-20 tabular-nums" />
                      <TextField label="Bump" inputMode="decimal" value={String(member.bump)} onChange={(bump) => set(`${path}.bump`, bump)} error={error(`${path}.bump`)} className="w-20 tabular-nums" />
                      {(member.adjustments ?? []).length > 0 && <p className="self-end pb-1 text-sm text-muted">and {member.adjustments!.length} by state or tag, set by the API</p>}
                    </div>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Known>
      {error("members") && !error("members.0") && <p className="text-sm text-bad">{error("members")}</p>}
      <div>
        <Link to="/rtb-targets/new" search={{}} className="text-muted underline">
          New RTB target
        </Link>
      </div>
    </>
  );
}
