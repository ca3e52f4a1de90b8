import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { Draft } from "@/api/draft";
import { affected, type Documents } from "@/api/records";
import { DestinationEditor } from "@/app/editors/leg";
import { Failed } from "@/app/failed";
import { Fields } from "@/app/fields";
import { RecordPage } from "@/app/record";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { CheckField, NumberField, Section, SelectField, TextField } from "@/ui/field";
import { STATUS_CHOICES } from "./basic";
import { Members } from "./members";
import { Rehearsal } from "./rehearsal";

export type RouterDraft = Draft<Documents["rtb-routers"]>;

const FRESH = {
  name: "",
  status: "active",
  members: [],
  minimum_revenue: "0",
  currency: "USD",
  minimum_bidders: 1,
  deadline_ms: 1500,
  price: "first",
  second_price_plus: "0.01",
  margin_percent: null,
  explore_percent: 5,
  fallback: null,
} as unknown as Documents["rtb-routers"];

const PRICES = [
  { value: "first", label: "Its own bid" },
  { value: "second_plus", label: "The next best bid and a little more" },
];

/** Bidders that are asked together, and how the best of them is found. */
export function RtbRouterPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="rtb-routers"
      word="RTB router"
      id={id}
      fresh={FRESH}
      list="/rtb?view=rtb-routers"
      at={(made) => `/rtb-routers/${made}`}
      above={<Link to="/rtb" search={{ view: "rtb-routers" }} className="hover:text-text">RTB routers</Link>}
      actions={({ document }) => (
        <Link to="/auctions" search={{ rtb_router_id: document.id }} className={buttonLook()}>
          Its auctions
        </Link>
      )}
    >
      {(draft, isNew) => (
        <>
          <Fields>
            <Section title="RTB router">
              <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
              <SelectField label="Status" value={draft.document.status ?? "active"} choices={STATUS_CHOICES} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
            </Section>
            <Section title="Members" about="Who is asked. Multiplier and bump change how a bid ranks, never what it pays. Equal bids: the lower priority first, then by weight.">
              <Members draft={draft} />
            </Section>
            <Section title="Price">
              <Price draft={draft} />
            </Section>
            <Section title="Time">
              <NumberField label="Deadline (ms)" help="Who answers later has not bid; the caller waits meanwhile." value={draft.document.deadline_ms ?? null} onChange={(ms) => draft.set("deadline_ms", ms)} error={draft.error("deadline_ms")} className="w-32" />
              <NumberField label="Asked all the same (percent)" help="Of the requests that slow or failing bidders would be spared: so that one hears when they are well again." value={draft.document.explore_percent ?? null} onChange={(percent) => draft.set("explore_percent", percent ?? 0)} error={draft.error("explore_percent")} className="w-32" />
            </Section>
            <Section title="Fallback" about="Dialled, for nothing, when nobody has bought the call.">
              <CheckField label="Dial a fallback" value={draft.document.fallback != null} onChange={(on) => draft.set("fallback", on ? { kind: "phone", number: "" } : null)} error={draft.document.fallback == null ? draft.error("fallback") : undefined} />
              {draft.document.fallback && <DestinationEditor form={draft} path="fallback" />}
            </Section>
          </Fields>
          {!isNew && (
            <>
              <Section title="Used by" about="Campaigns whose plan holds its auctions.">
                <Campaigns id={draft.document.id} />
              </Section>
              <Section title="Test auction" about="As it was saved last. Its bidders are really asked, and told that it is a test; nothing is held or counted.">
                <Rehearsal routerId={draft.document.id} dirty={draft.dirty} />
              </Section>
            </>
          )}
        </>
      )}
    </RecordPage>
  );
}

function Price({ draft: { document, set, error } }: { draft: RouterDraft }) {
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-3">
        <TextField label="Floor" help="Lower bids lose." inputMode="decimal" value={String(document.minimum_revenue)} onChange={(amount) => set("minimum_revenue", amount)} error={error("minimum_revenue")} className="tabular-nums" />
        <TextField label="Currency" maxLength={3} value={document.currency ?? "USD"} onChange={(currency) => set("currency", currency.toUpperCase())} error={error("currency")} />
        <NumberField label="Bidders at least" help="With fewer, nobody wins." value={document.minimum_bidders ?? null} onChange={(least) => set("minimum_bidders", least)} error={error("minimum_bidders")} />
      </div>
      <SelectField label="The winner pays" value={document.price ?? "first"} choices={PRICES} onChange={(price) => set("price", price)} error={error("price")} />
      {document.price === "second_plus" && <TextField label="So much more than the next" inputMode="decimal" value={String(document.second_price_plus)} onChange={(amount) => set("second_price_plus", amount)} error={error("second_price_plus")} className="w-32 tabular-nums" />}
      <TextField
        label="Margin (percent)"
        help="What must stay with us of a bid for a call that a publisher is owed for. Empty: such a call may be sold at a loss."
        inputMode="decimal"
        value={document.margin_percent == null ? "" : String(document.margin_percent)}
        onChange={(percent) => set("margin_percent", percent === "" ? null : percent)}
        error={error("margin_percent")}
        className="w-32 tabular-nums"
      />
    </>
  );
}

function Campaigns({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["rtb-routers", id, "affected"], queryFn: () => affected("rtb-routers", id) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <p className="text-muted">–</p>;
  const { uses, pauses } = asked.data;
  if (uses.length === 0) return <p className="text-muted">None: it holds no auctions. Put it into the plan of a campaign with RTB.</p>;
  return (
    <ul className="grid gap-1">
      {uses.map((use) => (
        <li key={use.key} className="flex items-center gap-3">
          {use.noun === "campaign" ? (
            <Link to="/campaigns/$id" params={{ id: use.key }} className="hover:underline">
              {use.name}
            </Link>
          ) : (
            <span>
              {said(use.noun)} {use.name}
            </span>
          )}
          {pauses.some((one) => one.campaign_id === use.key) && <State tone="warn">Would pause without it</State>}
        </li>
      ))}
    </ul>
  );
}
