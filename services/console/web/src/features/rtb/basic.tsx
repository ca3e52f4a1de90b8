import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { affected } from "@/api/records";
import { Failed } from "@/app/failed";
import { Section, SelectField, TextField } from "@/ui/field";
import type { TargetDraft } from "./target";

export const STATUS_CHOICES = [
  { value: "active", label: "Active" },
  { value: "paused", label: "Paused" },
];
const EXPOSURES = [
  { value: "hidden", label: "Nothing" },
  { value: "token", label: "A token: the same for the same caller" },
  { value: "open", label: "The number itself" },
];

/** Who the bidder is, and between which bids it counts. */
export function Basic({ draft, isNew }: { draft: TargetDraft; isNew: boolean }) {
  const { document, set, error } = draft;
  const text = (label: string, path: "company" | "contact_name" | "contact_email" | "contact_phone", type = "text") => <TextField label={label} type={type} value={document[path] ?? ""} onChange={(value) => set(path, value)} error={error(path)} />;
  return (
    <>
      <Section title="RTB target" about="An outside system that is asked, call by call, what it pays and where the call goes.">
        <TextField label="Name" required autoFocus={isNew} value={document.name} onChange={(name) => set("name", name)} error={error("name")} />
        <SelectField label="Status" value={document.status ?? "active"} choices={STATUS_CHOICES} onChange={(status) => set("status", status)} error={error("status")} />
      </Section>
      <Section title="Company" about="Whom to speak to when its endpoint is slow or refuses.">
        {text("Company", "company")}
        {text("Contact", "contact_name")}
        <div className="grid gap-4 sm:grid-cols-2">
          {text("Email", "contact_email", "email")}
          {text("Phone", "contact_phone", "tel")}
        </div>
      </Section>
      <Section title="Bid limits" about="A bid below the least or above the most does not count.">
        <div className="grid gap-4 sm:grid-cols-3">
          <TextField label="Least bid" inputMode="decimal" value={String(document.minimum_bid)} onChange={(amount) => set("minimum_bid", amount)} error={error("minimum_bid")} className="tabular-nums" />
          <TextField label="Highest bid" inputMode="decimal" value={String(document.maximum_bid)} onChange={(amount) => set("maximum_bid", amount)} error={error("maximum_bid")} className="tabular-nums" />
          <TextField label="Currency" maxLength={3} value={document.currency ?? "USD"} onChange={(currency) => set("currency", currency.toUpperCase())} error={error("currency")} />
        </div>
        <SelectField label="What it sees of the caller's number" help="Before it has bought the call." value={document.exposure ?? "hidden"} choices={EXPOSURES} onChange={(exposure) => set("exposure", exposure)} error={error("exposure")} />
      </Section>
      {!isNew && (
        <Section title="Asked by" about="The routers that have it among their members.">
          <Routers id={document.id} />
        </Section>
      )}
    </>
  );
}

function Routers({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["rtb-targets", id, "affected"], queryFn: () => affected("rtb-targets", id) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <p className="text-muted">–</p>;
  if (asked.data.uses.length === 0) return <p className="text-muted">No router asks it: it gets no calls.</p>;
  return (
    <ul className="grid gap-1">
      {asked.data.uses.map((use) => (
        <li key={use.key}>
          <Link to="/rtb-routers/$id" params={{ id: use.key }} className="hover:underline">
            {use.name}
          </Link>
        </li>
      ))}
    </ul>
  );
}
