import { Link, useParams, useSearch } from "@tanstack/react-router";
import { useNames } from "@/api/names";
import type { Documents } from "@/api/records";
import { ConversionEditor, DestinationEditor } from "@/app/editors/leg";
import { Rules } from "@/app/editors/rules";
import { Fields } from "@/app/fields";
import { RecordPage } from "@/app/record";
import { CheckField, Section, SelectField, TextField } from "@/ui/field";
import { AgentFields, NEW_AGENT } from "./agent-fields";
import { STATUS_CHOICES } from "./buyer";
import type { TargetSearch } from "./search";

const fresh = (buyerId: string, isAgent: boolean) =>
  ({
    name: "",
    buyer_id: buyerId,
    status: "active",
    zone: "UTC",
    destination: { kind: "phone", number: "" },
    dial_without_hold: false,
    caps: { concurrency: null, limits: [], overshoot: false },
    ...(isAgent && { agent: NEW_AGENT }),
  }) as unknown as Documents["targets"];

/** Where a buyer's calls go. */
export function TargetPage() {
  const { id } = useParams({ strict: false });
  const { buyer_id: buyerId, agent } = useSearch({ strict: false }) as TargetSearch;
  const buyers = useNames("buyers");
  const choices = [{ value: "", label: "Choose a buyer" }, ...buyers];
  return (
    <RecordPage
      noun="targets"
      word="target"
      id={id}
      fresh={fresh(buyerId ?? "", agent ?? false)}
      list="/buyers?view=targets"
      at={(made) => `/targets/${made}`}
      above={<Link to="/buyers" search={{ view: "targets" }} className="hover:text-text">Targets</Link>}
    >
      {(draft, isNew) => (
        <Fields>
          <Section title="Target">
            <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
            <SelectField label="Buyer" value={draft.document.buyer_id} choices={choices} onChange={(buyer) => draft.set("buyer_id", buyer)} error={draft.error("buyer_id")} />
            <SelectField label="Status" value={draft.document.status} choices={STATUS_CHOICES} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
            <DestinationEditor form={draft} />
            <CheckField
              label="May be dialled while the router is away"
              help="Only without caps: nobody could count then."
              value={draft.document.dial_without_hold}
              onChange={(on) => draft.set("dial_without_hold", on)}
              error={draft.error("dial_without_hold")}
            />
          </Section>
          <Section title="Agent" about="A target that is a person: calls reach her while she is available.">
            <AgentFields form={draft} />
          </Section>
          <Section title="Revenue" about="Empty: as its buyer has it.">
            <ConversionEditor form={draft} />
          </Section>
          <Rules form={draft} about={{ caps: "Of this target alone; its buyer's and groups' caps hold besides.", dialled: "What is left empty is as its buyer has it." }} />
        </Fields>
      )}
    </RecordPage>
  );
}
