import { Plus, X } from "lucide-react";
import { ListField } from "@/app/editors/list-field";
import { Button, IconButton } from "@/ui/button";
import { NumberField, Section, SelectField, TextField } from "@/ui/field";
import type { TargetDraft } from "./target";

const PREFERS = [
  { value: "sip", label: "The SIP address" },
  { value: "phone", label: "The phone number" },
];
const NOTICES = [
  ["win", "When it has won"],
  ["loss", "When others were better"],
  ["billing", "When it owes the call"],
] as const;

/** How what it has bought is dialled, and what it is told of its bids. */
export function Leg({ draft }: { draft: TargetDraft }) {
  const { document, set, error } = draft;
  const headers = document.sip_headers ?? [];
  return (
    <>
      <Section title="Legs" about="Where the call goes, the bidder's answer says.">
        <SelectField label="Where it names both, dialled is" value={document.prefers ?? "sip"} choices={PREFERS} onChange={(prefers) => set("prefers", prefers)} error={error("prefers")} />
        <ListField label="Countries of numbers that it may name" help="By their codes: CA, US." values={document.countries ?? []} onChange={(countries) => set("countries", countries)} error={error("countries")} />
        <NumberField label="Rings at most (seconds)" value={document.ring_seconds ?? null} onChange={(seconds) => set("ring_seconds", seconds)} error={error("ring_seconds")} className="w-32" />
        <TextField label="Digits sent once it answers" help="w waits half a second." value={document.digits ?? ""} onChange={(digits) => set("digits", digits)} error={error("digits")} className="font-mono" />
        {headers.map((header, index) => (
          <div key={index} className="flex flex-wrap items-end gap-2">
            <TextField label={`SIP header ${index + 1}`} placeholder="X-Call" value={header.name} onChange={(name) => set(`sip_headers.${index}.name`, name)} error={error(`sip_headers.${index}`)} className="font-mono" />
            <div className="min-w-40 flex-1">
              <TextField label="Value" value={header.value ?? ""} onChange={(value) => set(`sip_headers.${index}.value`, value)} className="font-mono" />
            </div>
            <IconButton label={`Take away SIP header ${index + 1}`} onClick={() => set("sip_headers", headers.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
        ))}
        <div>
          <Button onClick={() => set("sip_headers", [...headers, { name: "", value: "" }])}>
            <Plus size={14} aria-hidden /> SIP header
          </Button>
        </div>
      </Section>
      <Section title="Notices" about="Addresses that are fetched when something has become of a bid; they may hold macros, also {price}, {lossReason} and {amountToWin}.">
        {NOTICES.map(([kind, label]) => (
          <TextField key={kind} label={label} type="url" value={document.notices?.[kind] ?? ""} onChange={(url) => set(`notices.${kind}`, url)} error={error(`notices.${kind}`)} className="font-mono" />
        ))}
      </Section>
    </>
  );
}
