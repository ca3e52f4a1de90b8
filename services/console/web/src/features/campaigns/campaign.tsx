import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { all } from "@/api/pages";
import type { Documents } from "@/api/records";
import { ConversionEditor } from "@/app/editors/leg";
import { OwnPayout } from "@/app/editors/payout";
import { Rules } from "@/app/editors/rules";
import { Fields } from "@/app/fields";
import { NumberPicker } from "@/app/number-picker";
import { RecordPage } from "@/app/record";
import { said } from "@/lib/words";
import { Badge } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { NumberField, Section, SelectField, TextArea, TextField } from "@/ui/field";
import { More } from "./more";
import { Numbers } from "./numbers";
import { lacksRouter, NO_ROUTER } from "@/app/editors/entries";
import { PlanEditor } from "./plan-editor";
import { Rehearsal } from "./rehearsal";
import { STATUSES } from "./search";
import { CampaignTags } from "./tags";

const FRESH = { name: "", description: "", category: "", status: "draft", zone: "UTC", spread: "weight", assignments: [], rtb_enabled: false, sticking: "none", caps: { concurrency: null, limits: [], overshoot: false } } as unknown as Documents["campaigns"];

const STICKING = [
  { value: "none", label: "As anybody" },
  { value: "same_target", label: "To the same target" },
  { value: "another_target", label: "Never to the same target" },
];

/** Which buyers get the calls of which numbers, in which order. */
export function CampaignPage() {
  const { id } = useParams({ strict: false });
  const flows = useQuery({
    queryKey: ["flows", "names"],
    queryFn: () =>
      all(async (at) => {
        const { rows, cursor } = await data(api.GET("/api/v1/flows", { params: { query: at } }));
        return { items: rows, cursor };
      }),
  });
  return (
    <RecordPage
      noun="campaigns"
      word="campaign"
      id={id}
      fresh={FRESH}
      list="/campaigns"
      at={(made) => `/campaigns/${made}`}
      check={(document) => (lacksRouter(document) ? { rtb_router: NO_ROUTER } : null)}
      above={<Link to="/campaigns" search={{}} className="hover:text-text">Campaigns</Link>}
      actions={({ document }) => (
        <>
          {document.rtb_enabled && <Badge tone="live">RTB</Badge>}
          <Link to="/calls" search={{ campaign_id: document.id }} className={buttonLook()}>
            Its calls
          </Link>
        </>
      )}
    >
      {(draft, isNew) => (
        <>
          <Fields>
            <Section title="Campaign">
              <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
              <SelectField
                label="Status"
                help={isNew ? "A new one is a draft; it can be activated once it has a number and a destination." : undefined}
                value={draft.document.status}
                choices={STATUSES.filter((status) => !isNew || status === "draft").map((value) => ({ value, label: said(value) }))}
                onChange={(status) => draft.set("status", status)}
                error={draft.error("status")}
              />
              <TextField label="Category" value={draft.document.category} onChange={(category) => draft.set("category", category)} error={draft.error("category")} />
              <TextArea label="Description" value={draft.document.description} onChange={(description) => draft.set("description", description)} error={draft.error("description")} />
            </Section>
            <Section title="Routing" about="Priority 1 is tried first; whoever does not answer is followed by the next.">
              <PlanEditor draft={draft} />
              <SelectField label="Callers who were connected before go" value={draft.document.sticking} choices={STICKING} onChange={(sticking) => draft.set("sticking", sticking)} error={draft.error("sticking")} />
              <NumberField label="Rings at most in all (seconds)" value={draft.document.ring_budget_seconds ?? null} onChange={(seconds) => draft.set("ring_budget_seconds", seconds)} error={draft.error("ring_budget_seconds")} />
              <SelectField
                label="Call flow"
                help="What callers hear first; without one they are connected at once."
                value={draft.document.flow_id ?? ""}
                choices={[{ value: "", label: "None" }, ...(flows.data?.items ?? []).map((flow) => ({ value: flow.id, label: flow.name }))]}
                onChange={(flow) => draft.set("flow_id", flow || null)}
                error={draft.error("flow_id") ?? (flows.error ? sentence(flows.error) : undefined)}
              />
            </Section>
          </Fields>
          <Section title="Test routing" about="As it stands here, saved or not. Nothing is held or counted.">
            <Rehearsal campaign={isNew ? { ...draft.document, id: "00000000-0000-4000-8000-000000000000" } : draft.document} />
          </Section>
          {!isNew && (
            <>
              <Section title="Numbers" about="What callers dial.">
                <Numbers campaignId={draft.document.id} />
                <Fields>
                  <NumberPicker place={`campaign:${draft.document.id}`} />
                </Fields>
              </Section>
              <Section title="Website tags" about="Pages that show a number of the campaign to each visitor.">
                <CampaignTags campaignId={draft.document.id} />
                <p className="text-muted">
                  What of a page's address becomes a tag of its calls: <Link to="/tracking" search={{ view: "parameters" }} className="text-accent underline">URL parameters</Link>.
                </p>
              </Section>
            </>
          )}
          <Fields>
            <Section title="Revenue" about="For buyers and targets that do not say otherwise.">
              <ConversionEditor form={draft} />
            </Section>
            <Section title="Payout" about="What a publisher is owed for a call of the campaign, unless the publisher says otherwise.">
              <OwnPayout form={draft} />
            </Section>
            <Rules form={draft} about={{ caps: "They hold over all calls of the campaign, whoever gets them.", dialled: "What is left empty is as the account has it." }} />
            <More draft={draft} />
          </Fields>
        </>
      )}
    </RecordPage>
  );
}
