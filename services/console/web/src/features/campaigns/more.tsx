import type { Documents } from "@/api/records";
import type { Draft } from "@/api/draft";
import { DestinationEditor } from "@/app/editors/leg";
import { ListField } from "@/app/editors/list-field";
import { CheckField, NumberField, Section, SelectField, TextArea } from "@/ui/field";

const THREE = [
  { value: "", label: "As the account has it" },
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

/** What else a campaign says of its calls: words, who is refused, and what happens where nobody takes one. */
export function More({ draft }: { draft: Draft<Documents["campaigns"]> }) {
  const { document, set, error } = draft;
  const message = (path: "connecting_message" | "closing_message" | "closed_message" | "refused_message" | "recording_notice", label: string) => <TextArea rows={2} label={label} value={document[path] ?? ""} onChange={(text) => set(path, text || null)} error={error(path)} />;
  return (
    <>
      <Section title="If nobody takes the call" about="After everybody in the plan.">
        <CheckField label="It goes to a last destination" value={document.fallback_destination != null} onChange={(on) => set("fallback_destination", on ? { kind: "phone", number: "" } : null)} />
        {document.fallback_destination && <DestinationEditor form={draft} path="fallback_destination" />}
        <CheckField label="Who hangs up early is followed by the next" help="Revenue recovery: never where the caller hung up." value={document.recovery != null} onChange={(on) => set("recovery", on ? { seconds: 20, times: 2 } : null)} error={error("recovery")} />
        {document.recovery && (
          <div className="flex flex-wrap items-start gap-2">
            <NumberField label="Within (seconds)" className="w-28" value={document.recovery.seconds} onChange={(seconds) => set("recovery.seconds", seconds ?? 0)} error={error("recovery.seconds")} />
            <NumberField label="So many times at most" className="w-28" value={document.recovery.times ?? 5} onChange={(times) => set("recovery.times", times ?? 0)} error={error("recovery.times")} />
          </div>
        )}
      </Section>
      <Section title="Who is refused" about="Besides those whom the account refuses.">
        <ListField label="Only from these countries" help="By commas, two letters each; empty: as the account has it." capitals values={document.countries ?? []} onChange={(countries) => set("countries", countries.length > 0 ? countries : null)} error={error("countries")} />
        <SelectField label="Callers who withhold their number" value={document.block_anonymous == null ? "" : String(document.block_anonymous)} choices={THREE} onChange={(text) => set("block_anonymous", text === "" ? null : text === "true")} error={error("block_anonymous")} />
        <CheckField label="Callers who call too often" value={document.repeat_limit != null} onChange={(on) => set("repeat_limit", on ? { calls_max: 5, days: 1 } : null)} error={error("repeat_limit")} />
        {document.repeat_limit && (
          <div className="flex flex-wrap items-start gap-2">
            <NumberField label="Calls at most" className="w-28" value={document.repeat_limit.calls_max} onChange={(most) => set("repeat_limit.calls_max", most ?? 0)} error={error("repeat_limit.calls_max")} />
            <NumberField label="In (days)" className="w-28" value={document.repeat_limit.days} onChange={(days) => set("repeat_limit.days", days ?? 0)} error={error("repeat_limit.days")} />
          </div>
        )}
      </Section>
      <Section title="Said to callers" about="Left empty: as the account has it.">
        {message("connecting_message", "Before she is connected")}
        {message("closing_message", "Nobody takes her call")}
        {message("closed_message", "Outside the hours")}
        {message("refused_message", "Refused")}
        {message("recording_notice", "The call is recorded")}
      </Section>
    </>
  );
}
