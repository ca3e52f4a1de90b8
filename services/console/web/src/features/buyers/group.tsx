import { Link, useParams } from "@tanstack/react-router";
import { useNamed } from "@/api/names";
import type { Documents } from "@/api/records";
import { Rules } from "@/app/editors/rules";
import { Fields } from "@/app/fields";
import { Known } from "@/app/known";
import { RecordPage } from "@/app/record";
import { CheckField, Section, SelectField, TextField } from "@/ui/field";
import { STATUS_CHOICES } from "./buyer";

const FRESH = { name: "", status: "active", zone: "UTC", members: [], parent_id: null, caps: { concurrency: null, limits: [], overshoot: false } } as unknown as Documents["groups"];

/** Targets that share caps, hours and filters. */
export function GroupPage() {
  const { id } = useParams({ strict: false });
  const targets = useNamed("targets");
  return (
    <RecordPage
      noun="groups"
      word="group"
      id={id}
      fresh={FRESH}
      list="/buyers?view=groups"
      at={(made) => `/groups/${made}`}
      above={<Link to="/buyers" search={{ view: "groups" }} className="hover:text-text">Groups</Link>}
    >
      {(draft, isNew) => {
        const members = draft.document.members;
        const has = (target: string) => members.some((member) => member.target_id === target);
        return (
          <Fields>
            <Section title="Group">
              <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
              <SelectField label="Status" value={draft.document.status} choices={STATUS_CHOICES} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
            </Section>
            <Section title="Members" about="Each target keeps its own caps besides those of the group.">
              <Known asked={targets} none="There are no targets yet.">
                {(names) =>
                  names.map((target) => (
                    <CheckField
                      key={target.value}
                      label={target.label}
                      value={has(target.value)}
                      onChange={(on) => draft.set("members", on ? [...members, { target_id: target.value }] : members.filter((member) => member.target_id !== target.value))}
                    />
                  ))
                }
              </Known>
              {draft.error("members") && <p className="text-sm text-bad">{draft.error("members")}</p>}
            </Section>
            <Rules form={draft} about={{ caps: "Its targets share them." }} />
          </Fields>
        );
      }}
    </RecordPage>
  );
}
