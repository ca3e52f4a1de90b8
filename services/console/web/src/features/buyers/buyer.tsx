import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import type { Documents } from "@/api/records";
import { useMay } from "@/api/session";
import { ConversionEditor } from "@/app/editors/leg";
import { BUYER_WORDS, PortalEditor } from "@/app/editors/portal";
import { Rules } from "@/app/editors/rules";
import { Fields } from "@/app/fields";
import { Known } from "@/app/known";
import { RecordPage } from "@/app/record";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { Section, SelectField, TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { destinationOf } from "./rows";

export const STATUS_CHOICES = [
  { value: "active", label: "Active" },
  { value: "paused", label: "Paused" },
];

// What is left out has the owner's own defaults.
const FRESH = { name: "", status: "active", zone: "UTC", caps: { concurrency: null, limits: [], overshoot: false } } as unknown as Documents["buyers"];

/** A company that pays for calls, and its targets. */
export function BuyerPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="buyers"
      word="buyer"
      id={id}
      fresh={FRESH}
      list="/buyers"
      at={(made) => `/buyers/${made}`}
      above={<Link to="/buyers" search={{}} className="hover:text-text">Buyers</Link>}
      actions={(row) => (
        <Link to="/calls" search={{ buyer_id: row.document.id }} className={buttonLook()}>
          Its calls
        </Link>
      )}
    >
      {(draft, isNew) => (
        <>
          <Fields>
            <Section title="Buyer">
              <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
              <SelectField label="Status" value={draft.document.status} choices={STATUS_CHOICES} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
            </Section>
          </Fields>
          {!isNew && <Targets buyerId={draft.document.id} />}
          <Fields>
            <Section title="Revenue" about="What the buyer owes for a call. Targets and campaigns may say otherwise: the most specific counts.">
              <ConversionEditor form={draft} />
            </Section>
            <Section title="From its portal" about="What its own people see and may do.">
              <PortalEditor form={draft} words={BUYER_WORDS} />
            </Section>
            <Rules form={draft} about={{ caps: "They hold over all of its targets together, and are never passed.", hours: "By the clock of their own zone.", dialled: "What is left empty is as the campaign or the account has it." }} />
          </Fields>
        </>
      )}
    </RecordPage>
  );
}

function Targets({ buyerId }: { buyerId: string }) {
  const mayEdit = useMay("edit");
  useFresh(["targets", "all"], ["target."]);
  const targets = useQuery({ queryKey: ["targets", "all"], queryFn: () => all((at) => data(api.GET("/api/v1/targets", { params: { query: { ...at, order: "name" } } })) as Promise<Schemas["TargetPage"]>) });
  return (
    <Section title="Targets" about="Where its calls go.">
      <Known asked={targets} which={({ document }) => document.buyer_id === buyerId} none="None yet: without a target it gets no calls.">
        {(rows) => (
          <SimpleTable
            label="Targets of the buyer"
            rows={rows}
            columns={[
              ["Name", ({ document }) => <Link to="/targets/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link>],
              ["Rings at", ({ document }) => destinationOf(document), "mono"],
              ["Status", ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State>],
            ]}
          />
        )}
      </Known>
      {mayEdit && (
        <div>
          <Link to="/targets/new" search={{ buyer_id: buyerId }} className={buttonLook()}>
            <Plus size={14} aria-hidden /> Target
          </Link>
        </div>
      )}
    </Section>
  );
}
