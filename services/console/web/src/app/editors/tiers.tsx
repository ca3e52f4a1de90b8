import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { NumberField, SelectField, TextField } from "@/ui/field";
import { at, type Form } from "./form";

type Tier = Schemas["Tier-Input"];

/** Longer calls are worth another amount: each from so many seconds on, instead of what is said above. */
export function TiersEditor({ form, path }: { form: Form; path: string }) {
  const tiers = at<Tier[]>(form, path) ?? [];
  const last = tiers.at(-1)?.from_seconds ?? 60;
  return (
    <>
      {tiers.map((tier, index) => (
        <div key={index} className="flex flex-wrap items-end gap-2">
          <NumberField label="From (seconds)" className="w-28" value={tier.from_seconds} onChange={(seconds) => form.set(`${path}.${index}.from_seconds`, seconds ?? 0)} error={form.error(`${path}.${index}`)} />
          <TextField label="It is instead" inputMode="decimal" className="w-28 tabular-nums" value={String(tier.amount)} onChange={(amount) => form.set(`${path}.${index}.amount`, amount)} />
          <IconButton label={`Take away tier ${index + 1}`} onClick={() => form.set(path, tiers.filter((_, other) => other !== index))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set(path, [...tiers, { from_seconds: last + 60, amount: tiers.at(-1)?.amount ?? "30.00" }])}>
          <Plus size={14} aria-hidden /> Tier for longer calls
        </Button>
      </div>
    </>
  );
}

const FROM = [
  { value: "answer", label: "its answer" },
  { value: "accept", label: "the key that accepts" },
  { value: "dial", label: "the first ring" },
  { value: "incoming", label: "the caller's arrival" },
];

/** From when seconds count, and whether an amount is for the call or each begun minute. */
export function Counting({ form, path }: { form: Form; path: string }) {
  return (
    <>
      <SelectField label="Counted from" value={at<string>(form, `${path}.counted_from`) ?? "answer"} choices={FROM} onChange={(from) => form.set(`${path}.counted_from`, from)} error={form.error(`${path}.counted_from`)} />
      <SelectField
        label="Per"
        value={at<string>(form, `${path}.per`) ?? "call"}
        choices={[
          { value: "call", label: "Call" },
          { value: "minute", label: "Begun minute" },
        ]}
        onChange={(per) => form.set(`${path}.per`, per)}
        error={form.error(`${path}.per`)}
      />
    </>
  );
}
