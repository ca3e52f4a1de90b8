import type { Schemas } from "@/api/client";
import { USUAL } from "@/lib/money";
import { TextField } from "@/ui/field";
import { at, type Form } from "./form";

interface Props {
  label: string;
  form: Form;
  /** Where the money stands: an amount and a currency. */
  path: string;
  help?: string;
}

/** An amount, as one types it, and its currency. */
export function MoneyField({ label, form, path, help }: Props) {
  const money = at<Schemas["Money-Input"] | null>(form, path);
  const set = (more: Partial<Schemas["Money-Input"]>) => form.set(path, { amount: "", currency: USUAL, ...money, ...more });
  return (
    <div className="flex items-start gap-1.5">
      <TextField label={label} help={help} inputMode="decimal" className="w-28 tabular-nums" value={String(money?.amount ?? "")} onChange={(amount) => set({ amount })} error={form.error(path)} />
      <CurrencyField label={`Currency of ${label.toLowerCase()}`} value={money?.currency ?? USUAL} onChange={(currency) => set({ currency })} />
    </div>
  );
}

/** Three letters, as ISO 4217 has them; beside an amount, whose label says what it is of. */
function CurrencyField({ label, value, onChange }: { label: string; value: string; onChange: (currency: string) => void }) {
  return (
    <div className="pt-6">
      <TextField label={label} quiet maxLength={3} className="w-14 uppercase" value={value} onChange={(text) => onChange(text.toUpperCase())} />
    </div>
  );
}
