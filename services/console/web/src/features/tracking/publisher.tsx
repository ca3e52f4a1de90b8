import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus, X } from "lucide-react";
import { api, data, type Schemas } from "@/api/client";
import { useNames } from "@/api/names";
import type { Documents } from "@/api/records";
import { Failed } from "@/app/failed";
import { CapsEditor } from "@/app/editors/caps";
import type { Form } from "@/app/editors/form";
import { MoneyField } from "@/app/editors/money";
import { NEW_PAYOUT, PayoutEditor } from "@/app/editors/payout";
import { ScheduleEditor } from "@/app/editors/schedule";
import { PortalEditor, PUBLISHER_WORDS } from "@/app/editors/portal";
import { RecordPage } from "@/app/record";
import { money, USUAL } from "@/lib/money";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button, buttonLook, IconButton } from "@/ui/button";
import { CheckField, Section, SelectField, TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";

type Publisher = Documents["publishers"];
type Payout = NonNullable<Publisher["payouts"]>[number];
const STATUSES = ["active", "paused", "blocked", "pending"] as const satisfies readonly Schemas["PublisherStatus"][];
const PERIODS = ["day", "week", "month", "total"] as const satisfies readonly Schemas["Period"][];
const choices = (words: readonly string[]) => words.map((value) => ({ value, label: said(value) }));
const FRESH = { name: "", status: "active", zone: "UTC", payouts: [], payout_caps: [], sub_ids: [], caps: { concurrency: null, limits: [], overshoot: false } } as unknown as Publisher;

/** Who sends us calls, what it is paid, and how much of it. */
export function PublisherPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="publishers"
      word="publisher"
      id={id}
      fresh={FRESH}
      list="/tracking?view=publishers"
      at={(made) => `/publishers/${made}`}
      above={<Link to="/tracking" search={{ view: "publishers" }} className="hover:text-text">Publishers</Link>}
      actions={({ document }) => (
        <>
          <Link to="/calls" search={{ where: [`publisher=${document.id}`] }} className={buttonLook()}>
            Its calls
          </Link>
          <Link to="/tracking" search={{ view: "statements", book: "publisher", party: document.id }} className={buttonLook()}>
            Statement
          </Link>
        </>
      )}
    >
      {(draft, isNew) => (
        <>
          <Section title="Publisher">
            <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
            <SelectField label="Status" help="Calls of a blocked one are refused." value={draft.document.status ?? "active"} choices={choices(STATUSES)} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
            <TextField label="Company" value={draft.document.company ?? ""} onChange={(company) => draft.set("company", company)} error={draft.error("company")} />
            <TextField label="Email" type="email" value={draft.document.email ?? ""} onChange={(email) => draft.set("email", email)} error={draft.error("email")} />
            <TextField label="Code" help="By which visits and pings name it." className="font-mono" value={draft.document.code ?? ""} onChange={(code) => draft.set("code", code || null)} error={draft.error("code")} />
          </Section>
          <Section title="Payouts" about="What it is owed for a call; of a campaign before of all. Without any, as the campaign says.">
            <Payouts form={draft} payouts={draft.document.payouts ?? []} />
          </Section>
          <Section title="Payout caps" about="What it is owed at most in each period, by the clock of its zone.">
            <PayoutCaps form={draft} caps={draft.document.payout_caps ?? []} />
            {!isNew && <CapsUsed id={draft.document.id} />}
          </Section>
          <Section title="Caps" about="How many of its calls are taken.">
            <CapsEditor form={draft} />
          </Section>
          <Section title="Hours">
            <ScheduleEditor form={draft} />
          </Section>
          <Section title="From its portal" about="What its own people see and may do.">
            <PortalEditor form={draft} words={PUBLISHER_WORDS} />
          </Section>
          <Section title="Its own sources" about="Sub-ids; calls of a blocked one are refused.">
            <SubIds form={draft} subIds={draft.document.sub_ids ?? []} />
          </Section>
        </>
      )}
    </RecordPage>
  );
}

function Payouts({ form, payouts }: { form: Form; payouts: readonly Payout[] }) {
  const campaigns = [{ value: "", label: "All campaigns" }, ...useNames("campaigns")];
  return (
    <>
      {payouts.map((rule, at) => {
        const path = `payouts.${at}`;
        return (
          <fieldset key={at} className="grid gap-3 rounded-lg border border-line p-3">
            <legend className="sr-only">Payout {at + 1}</legend>
            <SelectField label="For calls of" value={rule.campaign_id ?? ""} choices={campaigns} onChange={(id) => form.set(`${path}.campaign_id`, id || null)} error={form.error(`${path}.campaign_id`)} />
            <PayoutEditor form={form} path={path} />
            <ScheduleEditor form={form} path={`${path}.schedule`} />
            <div>
              <Button kind="danger" onClick={() => form.set("payouts", payouts.filter((_, other) => other !== at))}>
                Take away payout {at + 1}
              </Button>
            </div>
          </fieldset>
        );
      })}
      <div>
        <Button onClick={() => form.set("payouts", [...payouts, { ...NEW_PAYOUT, campaign_id: null }])}>
          <Plus size={14} aria-hidden /> Payout
        </Button>
      </div>
    </>
  );
}

function PayoutCaps({ form, caps }: { form: Form; caps: NonNullable<Publisher["payout_caps"]> }) {
  const free = PERIODS.find((period) => !caps.some((cap) => cap.period === period));
  return (
    <>
      {caps.map((cap, at) => (
        <div key={at} className="flex flex-wrap items-end gap-2">
          <MoneyField label="At most" form={form} path={`payout_caps.${at}.most`} />
          <SelectField label="Per" value={cap.period} choices={choices(PERIODS)} onChange={(period) => form.set(`payout_caps.${at}.period`, period)} />
          <SelectField
            label="Then"
            value={cap.then ?? "block"}
            choices={[
              { value: "block", label: "its calls are refused" },
              { value: "unpaid", label: "its calls are taken, unpaid" },
            ]}
            onChange={(then) => form.set(`payout_caps.${at}.then`, then)}
          />
          {form.error(`payout_caps.${at}`) && !form.error(`payout_caps.${at}.most`) && <p className="text-sm text-bad">{form.error(`payout_caps.${at}`)}</p>}
          <IconButton label={`Take away cap ${at + 1}`} onClick={() => form.set("payout_caps", caps.filter((_, other) => other !== at))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button disabled={!free} onClick={() => form.set("payout_caps", [...caps, { most: { amount: "1000.00", currency: USUAL }, period: free }])}>
          <Plus size={14} aria-hidden /> Payout cap
        </Button>
      </div>
    </>
  );
}

/** How much of each kept cap is owed by now. */
function CapsUsed({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["publishers", id, "payout-caps"], queryFn: () => data(api.GET("/api/v1/publishers/{publisher_id}/payout-caps", { params: { path: { publisher_id: id } } })) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data?.caps.length) return null;
  return (
    <SimpleTable
      label="Payout caps now"
      rows={asked.data.caps}
      columns={[
        ["Cap", ({ cap }) => `${money(String(cap.most.amount), cap.most.currency)} per ${cap.period}`],
        ["Owed now", ({ owed }) => money(String(owed.amount), owed.currency), "num"],
        ["State", ({ reached }) => <State tone={reached ? "warn" : "ok"}>{reached ? "Reached" : "Open"}</State>],
        ["Until", ({ until }) => moment(until) || "For good"],
      ]}
    />
  );
}

function SubIds({ form, subIds }: { form: Form; subIds: readonly Schemas["SubId"][] }) {
  return (
    <>
      {subIds.map((one, at) => (
        <div key={at} className="flex flex-wrap items-end gap-2">
          <TextField label="Sub-id" className="font-mono" value={one.code} onChange={(code) => form.set(`sub_ids.${at}.code`, code)} error={form.error(`sub_ids.${at}`)} />
          <TextField label="Name" value={one.name ?? ""} onChange={(name) => form.set(`sub_ids.${at}.name`, name)} />
          <CheckField label="Blocked" value={one.blocked ?? false} onChange={(on) => form.set(`sub_ids.${at}.blocked`, on)} />
          <IconButton label={`Take away sub-id ${at + 1}`} onClick={() => form.set("sub_ids", subIds.filter((_, other) => other !== at))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set("sub_ids", [...subIds, { code: "" }])}>
          <Plus size={14} aria-hidden /> Sub-id
        </Button>
      </div>
    </>
  );
}
