import { useState } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Conflict } from "@/app/conflict";
import { DuplicatesEditor } from "@/app/editors/duplicates";
import { ConversionEditor, LegEditor } from "@/app/editors/leg";
import { OwnPayout } from "@/app/editors/payout";
import { Fields } from "@/app/fields";
import { SaveBar } from "@/app/save-bar";
import { CheckField, NumberField, Section, TextArea } from "@/ui/field";
import { toast } from "@/ui/toast";
import { Asked } from "./parts";

type Row = Schemas["DefaultsRow"];
const KEY = ["settings", "defaults"];
const load = () => data(api.GET("/api/v1/defaults", {}));

/** What all campaigns inherit, and callers who are refused in all of them. */
export function CallDefaults() {
  return (
    <Asked label="Calls" name={KEY} ask={load}>
      {(row) => <Form key={row.version} row={row} />}
    </Asked>
  );
}

function Form({ row }: { row: Row }) {
  const mayEdit = useMay("edit");
  const [basis, setBasis] = useState(row.version);
  const save = async (document: Row["document"], version: number) => {
    const kept = await data(api.PUT("/api/v1/defaults", { params: { header: basedOn(version) as never }, body: document as never }));
    queries.setQueryData(KEY, kept);
    toast("Saved");
  };
  const draft = useDraft(row.document, (document) => save(document, basis));
  const told = draft.fault !== null && draft.conflict === null;
  const message = (path: "connecting_message" | "closing_message" | "closed_message" | "refused_message" | "recording_notice", label: string, help: string) => (
    <TextArea rows={2} label={label} help={help} value={draft.document[path] ?? ""} onChange={(text) => draft.set(path, text || null)} error={draft.error(path)} />
  );
  return (
    <>
      {draft.conflict && (
        <Conflict
          mine={draft.document}
          load={load}
          onTake={(theirs) => queries.setQueryData(KEY, theirs)}
          onKeep={(theirs) => {
            setBasis(theirs.version);
            void save(draft.document, theirs.version);
          }}
        />
      )}
      {told && <p role="alert" className="m-4 text-bad">{sentence(draft.fault)}</p>}
      <Fields>
        <Section title="Refused callers" about="In all campaigns; each refusal says so in its call.">
          <Lines label="Numbers, one on each line" value={draft.document.blocklist?.numbers ?? []} onChange={(numbers) => draft.set("blocklist.numbers", numbers)} error={draft.error("blocklist.numbers")} />
          <Lines label="Beginnings of numbers, one on each line" value={draft.document.blocklist?.prefixes ?? []} onChange={(prefixes) => draft.set("blocklist.prefixes", prefixes)} error={draft.error("blocklist.prefixes")} />
          <Lines label="Countries, one on each line" help="Two letters each, such as NG." value={draft.document.blocklist?.countries ?? []} onChange={(countries) => draft.set("blocklist.countries", countries)} error={draft.error("blocklist.countries")} />
          <CheckField label="Callers who withhold their number" value={draft.document.blocklist?.anonymous ?? false} onChange={(on) => draft.set("blocklist.anonymous", on)} error={draft.error("blocklist.anonymous")} />
        </Section>
        <Section title="Said to callers" about="Left empty: the product's own words.">
          {message("connecting_message", "Before she is connected", "While she is put through.")}
          {message("closing_message", "Nobody takes her call", "The last words before the call ends.")}
          {message("closed_message", "Outside the hours", "Where a campaign is closed.")}
          {message("refused_message", "Refused", "To those on the list above.")}
          {message("recording_notice", "The call is recorded", "Before the recording begins.")}
        </Section>
        <Section title="How legs are dialled" about="For campaigns, buyers and targets that do not say otherwise.">
          <LegEditor form={draft} />
          <NumberField label="Rings at most in all (seconds)" value={draft.document.ring_budget_seconds ?? null} onChange={(seconds) => draft.set("ring_budget_seconds", seconds)} error={draft.error("ring_budget_seconds")} />
          <NumberField label="Legs of one call at most" value={draft.document.dial_attempts ?? null} onChange={(most) => draft.set("dial_attempts", most)} error={draft.error("dial_attempts")} />
        </Section>
        <Section title="Revenue" about="What a buyer owes where nothing more specific is said.">
          <ConversionEditor form={draft} />
        </Section>
        <Section title="Payout" about="What a publisher is owed where neither it nor the campaign says.">
          <OwnPayout form={draft} />
        </Section>
        <Section title="Repeated callers" about="For campaigns, buyers and targets that do not say otherwise.">
          <DuplicatesEditor form={draft} />
        </Section>
      </Fields>
      {mayEdit && <SaveBar draft={draft} isNew={false} word="settings" />}
    </>
  );
}

const listOf = (text: string) => text.split("\n").map((one) => one.trim()).filter(Boolean);

/** A list as lines; what is typed stays as it is typed while it says the same. */
function Lines({ label, help, value, onChange, error }: { label: string; help?: string; value: readonly string[]; onChange: (lines: string[]) => void; error: string | undefined }) {
  const [typed, setTyped] = useState(value.join("\n"));
  const shown = String(listOf(typed)) === String(value) ? typed : value.join("\n");
  return (
    <TextArea
      rows={3}
      label={label}
      help={help}
      className="font-mono"
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange(listOf(text));
      }}
      error={error}
    />
  );
}
