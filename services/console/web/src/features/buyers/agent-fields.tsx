import { Link } from "@tanstack/react-router";
import { useColleagueNames } from "@/api/colleagues";
import type { Documents } from "@/api/records";
import { at, type Form } from "@/app/editors/form";
import { ListField } from "@/app/editors/list-field";
import { CheckField, NumberField, SelectField } from "@/ui/field";

export type AgentPart = NonNullable<Documents["targets"]["agent"]>;
export const NEW_AGENT: AgentPart = { person_id: null, supervisor_id: null, skills: [], priority: 5, wrap_up_seconds: 30, calls_at_once: 1 };

const PRIORITIES = Array.from({ length: 10 }, (_, one) => ({ value: String(one + 1), label: one === 0 ? "1, first" : one === 4 ? "5, as usual" : one === 9 ? "10, last" : String(one + 1) }));

/** What a target has that is a person. */
export function AgentFields({ form }: { form: Form }) {
  const agent = at<AgentPart>(form, "agent");
  const people = useColleagueNames();
  const nobody = [{ value: "", label: "Nobody" }, ...people];
  const numbers = [
    ["wrap_up_seconds", "Wrap-up (seconds)"],
    ["calls_at_once", "Calls at once"],
  ] as const;
  return (
    <>
      <CheckField label="A person answers here, who signs in" value={agent != null} onChange={(on) => form.set("agent", on ? NEW_AGENT : null)} error={agent == null ? form.error("agent") : undefined} />
      {agent && (
        <>
          <SelectField
            label="Person"
            help={
              <>
                She finds calls at <Link to="/desk" className="text-accent underline">her desk</Link>; the role of an agent is enough.
              </>
            }
            value={agent.person_id ?? ""}
            choices={nobody}
            onChange={(id) => form.set("agent.person_id", id || null)}
            error={form.error("agent.person_id")}
          />
          <SelectField label="Supervisor" value={agent.supervisor_id ?? ""} choices={nobody} onChange={(id) => form.set("agent.supervisor_id", id || null)} error={form.error("agent.supervisor_id")} />
          <ListField label="Skills" help="With commas between. A call reaches who has all of those that it needs." values={agent.skills ?? []} onChange={(skills) => form.set("agent.skills", skills)} error={form.error("agent.skills")} />
          <div className="flex flex-wrap items-start gap-3">
            <SelectField label="Priority" value={String(agent.priority)} choices={PRIORITIES} onChange={(text) => form.set("agent.priority", Number(text))} error={form.error("agent.priority")} className="w-40" />
            {numbers.map(([field, label]) => (
              <NumberField key={field} label={label} value={agent[field]} onChange={(value) => form.set(`agent.${field}`, value)} error={form.error(`agent.${field}`)} className="w-36" />
            ))}
          </div>
        </>
      )}
    </>
  );
}
