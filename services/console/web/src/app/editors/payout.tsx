import type { Schemas } from "@/api/client";
import { USUAL } from "@/lib/money";
import { said } from "@/lib/words";
import { CheckField, NumberField, SelectField, TextField } from "@/ui/field";
import { at, type Form } from "./form";
import { MoneyField } from "./money";
import { Counting, TiersEditor } from "./tiers";

type Payout = Schemas["Payout-Input"];
const ON = ["converted", "connected", "accepted", "dialled", "posted"] as const satisfies readonly Schemas["On"][];

/** A payout as one begins with it. */
export const NEW_PAYOUT = { amount: { amount: "10.00", currency: USUAL }, percent: null, on: "converted", after_seconds: 0 } as const;

/** What a publisher is owed for a call: an amount or a part of the revenue, when, and how often for one caller. */
export function PayoutEditor({ form, path }: { form: Form; path: string }) {
  const payout = at<Payout>(form, path);
  if (!payout) return null;
  const percent = payout.percent != null;
  const unpaid = payout.duplicates ?? null;
  return (
    <>
      <div className="flex flex-wrap items-start gap-2">
        <SelectField
          label="It gets"
          value={percent ? "percent" : "amount"}
          choices={[
            { value: "amount", label: "an amount" },
            { value: "percent", label: "a part of the revenue" },
          ]}
          onChange={(kind) => form.set(path, { ...payout, ...(kind === "percent" ? { percent: "50", amount: null, tiers: [], per: "call" } : { percent: null, amount: NEW_PAYOUT.amount }) })}
        />
        {percent ? (
          <TextField label="Percent" inputMode="decimal" className="w-24 tabular-nums" value={String(payout.percent)} onChange={(text) => form.set(`${path}.percent`, text)} error={form.error(`${path}.percent`)} />
        ) : (
          <MoneyField label="Amount" form={form} path={`${path}.amount`} />
        )}
      </div>
      <div className="flex flex-wrap items-start gap-2">
        <SelectField label="Once it is" value={payout.on ?? "converted"} choices={ON.map((value) => ({ value, label: said(value) }))} onChange={(on) => form.set(`${path}.on`, on)} error={form.error(`${path}.on`)} />
        <NumberField label="And has lasted (seconds)" className="w-28" value={payout.after_seconds ?? 0} onChange={(seconds) => form.set(`${path}.after_seconds`, seconds ?? 0)} error={form.error(`${path}.after_seconds`)} />
        {!percent && <Counting form={form} path={path} />}
      </div>
      {!percent && <TiersEditor form={form} path={`${path}.tiers`} />}
      <CheckField
        label="Nothing for callers who were served before"
        help="Without it, a caller is paid for as often as she calls."
        value={unpaid !== null}
        onChange={(on) => form.set(`${path}.duplicates`, on ? { after: "connection", days: 30, within_campaign: false } : null)}
        error={form.error(`${path}.duplicates`)}
      />
      {unpaid && <ServedBefore form={form} path={`${path}.duplicates`} />}
      {form.error(path) && <p className="text-sm text-bad">{form.error(path)}</p>}
    </>
  );
}

/** A payout, or none of its own. */
export function OwnPayout({ form, path = "payout" }: { form: Form; path?: string }) {
  const payout = at<Payout | null>(form, path);
  return (
    <>
      <CheckField label="Publishers are paid for calls" value={payout != null} onChange={(on) => form.set(path, on ? NEW_PAYOUT : null)} error={payout == null ? form.error(path) : undefined} />
      <PayoutEditor form={form} path={path} />
    </>
  );
}

/** What must have become of an earlier call, within how many days, and of which campaign. */
export function ServedBefore({ form, path }: { form: Form; path: string }) {
  return (
    <>
      <div className="flex flex-wrap items-start gap-2">
        <SelectField
          label="Whose earlier call"
          value={at<string>(form, `${path}.after`) ?? "connection"}
          choices={[
            { value: "connection", label: "was connected" },
            { value: "conversion", label: "converted" },
          ]}
          onChange={(after) => form.set(`${path}.after`, after)}
          error={form.error(`${path}.after`)}
        />
        <NumberField label="Within (days)" help="Empty: ever." className="w-28" value={at<number>(form, `${path}.days`) ?? null} onChange={(days) => form.set(`${path}.days`, days)} error={form.error(`${path}.days`)} />
      </div>
      <CheckField label="Only calls of the same campaign count" value={at<boolean>(form, `${path}.within_campaign`) ?? false} onChange={(on) => form.set(`${path}.within_campaign`, on)} error={form.error(`${path}.within_campaign`)} />
    </>
  );
}
