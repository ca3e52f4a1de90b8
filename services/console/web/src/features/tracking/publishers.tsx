import { Link, useNavigate } from "@tanstack/react-router";
import { useRows, type Row } from "@/api/records";
import { money } from "@/lib/money";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Filters, FilterText } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { Rows } from "./rows";

type Publisher = Row<"publishers">;
const TONES: Record<string, Tone> = { active: "ok", paused: "warn", blocked: "bad", pending: "live" };

const paid = ({ document }: Publisher): string =>
  (document.payouts ?? []).map((rule) => (rule.percent ? `${rule.percent}%` : rule.amount ? money(String(rule.amount.amount), rule.amount.currency) : rule.tiers?.length ? "By length" : "")).filter(Boolean).join(", ");

const COLUMNS: readonly Column<Publisher>[] = [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/publishers/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  { id: "status", head: "Status", width: 90, cell: ({ document }) => <State tone={TONES[document.status ?? "active"] ?? "calm"}>{said(document.status)}</State> },
  { id: "company", head: "Company", width: 180, cell: ({ document }) => document.company },
  { id: "code", head: "Code", width: 120, mono: true, cell: ({ document }) => document.code },
  { id: "payout", head: "Paid", width: 160, cell: (row) => paid(row) || <span className="text-muted">As the campaign says</span> },
  { id: "caps", head: "Payout caps", width: 200, cell: ({ document }) => (document.payout_caps ?? []).map((cap) => `${money(String(cap.most.amount), cap.most.currency)} per ${cap.period}`).join(", ") || <span className="text-muted">None</span> },
  { id: "statement", head: "Statement", width: 100, cell: ({ document }) => <Link to="/tracking" search={{ view: "statements", book: "publisher", party: document.id }} className="hover:underline">Statement</Link> },
];

/** Who sends calls and is paid for them. */
export function PublisherView({ search, onChange, onClear }: ViewProps) {
  const navigate = useNavigate();
  const found = useRows("publishers", search.contains ? { contains: search.contains } : {});
  return (
    <>
      <Filters onClear={onClear}>
        <FilterText label="Name" value={search.contains} onChange={(contains) => onChange({ contains })} />
      </Filters>
      <Rows name="Publishers" found={found} columns={COLUMNS} rowKey={({ document }) => document.id} onOpen={({ document }) => void navigate({ to: "/publishers/$id", params: { id: document.id } })} empty={<Empty title="No publishers">A publisher sends you calls and is paid for those that count.</Empty>} />
    </>
  );
}
