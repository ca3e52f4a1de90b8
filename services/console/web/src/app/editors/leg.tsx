import type { Schemas } from "@/api/client";
import { USUAL } from "@/lib/money";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/field";
import { at, type Form } from "./form";
import { MoneyField } from "./money";
import { Counting, TiersEditor } from "./tiers";

const THREE = [
  { value: "", label: "As set above" },
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

function Three({ form, path, label, help }: { form: Form; path: string; label: string; help?: string }) {
  const value = at<boolean | null>(form, path);
  return <SelectField label={label} help={help} value={value == null ? "" : String(value)} choices={THREE} onChange={(text) => form.set(path, text === "" ? null : text === "true")} error={form.error(path)} />;
}

const blank = (text: string) => (text === "" ? null : text);

/** How a leg is dialled; what is left empty is as the account, campaign or buyer has it. */
export function LegEditor({ form }: { form: Form }) {
  return (
    <>
      <Three form={form} path="recording" label="Recorded" />
      <NumberField label="Rings at most (seconds)" value={at<number>(form, "ring_seconds") ?? null} onChange={(value) => form.set("ring_seconds", value)} error={form.error("ring_seconds")} />
      <NumberField label="Lasts at most (seconds)" value={at<number>(form, "limit_seconds") ?? null} onChange={(value) => form.set("limit_seconds", value)} error={form.error("limit_seconds")} />
      <TextField label="Whisper" help="Said to who answers, before the caller is heard." value={at<string>(form, "whisper") ?? ""} onChange={(text) => form.set("whisper", blank(text))} error={form.error("whisper")} />
      <Three form={form} path="press_to_accept" label="Press 1 to accept" />
    </>
  );
}

const ON = [
  { value: "dialled", label: "Dialled" },
  { value: "connected", label: "Connected" },
  { value: "accepted", label: "Accepted" },
  { value: "posted", label: "Posted by a partner" },
];

/** When a call is worth something, and how much its buyer owes then. */
export function ConversionEditor({ form }: { form: Form }) {
  const conversion = at<Schemas["BuyerRow"]["document"]["conversion"]>(form, "conversion");
  return (
    <>
      <CheckField label="Calls are worth something" value={conversion != null} onChange={(on) => form.set("conversion", on ? { on: "connected", after_seconds: 60, revenue: { amount: "20.00", currency: USUAL } } : null)} error={form.error("conversion")} />
      {conversion && (
        <>
          <div className="flex flex-wrap items-start gap-3">
            <MoneyField label="Revenue" form={form} path="conversion.revenue" />
            <Counting form={form} path="conversion" />
          </div>
          <div className="flex flex-wrap items-start gap-3">
            <SelectField label="Once it is" value={conversion.on ?? "connected"} choices={ON} onChange={(on) => form.set("conversion.on", on)} error={form.error("conversion.on")} />
            <NumberField label="And has lasted (seconds)" value={conversion.after_seconds} onChange={(seconds) => form.set("conversion.after_seconds", seconds ?? 0)} error={form.error("conversion.after_seconds")} className="w-32" />
          </div>
          <TiersEditor form={form} path="conversion.tiers" />
        </>
      )}
    </>
  );
}

/** A phone number or SIP address. */
export function DestinationEditor({ form, path = "destination" }: { form: Form; path?: string }) {
  const destination = at<Record<string, string>>(form, path) ?? {};
  const sip = destination["kind"] === "sip";
  const field = sip ? "address" : "number";
  return (
    <div className="flex flex-wrap items-start gap-3">
      <SelectField
        label="Rings at"
        value={sip ? "sip" : "phone"}
        choices={[
          { value: "phone", label: "A phone number" },
          { value: "sip", label: "A SIP address" },
        ]}
        onChange={(kind) => form.set(path, kind === "sip" ? { kind, address: "" } : { kind, number: "" })}
      />
      <div className="min-w-48 flex-1">
        <TextField label={sip ? "SIP address" : "Phone number"} placeholder={sip ? "sip:desk@example.com" : "+13055550142"} value={destination[field] ?? ""} onChange={(text) => form.set(`${path}.${field}`, text)} error={form.error(path)} className="font-mono" />
      </div>
    </div>
  );
}
