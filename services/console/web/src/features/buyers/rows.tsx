import { Link } from "@tanstack/react-router";
import type { Documents, Row } from "@/api/records";
import { Toggle } from "@/app/toggle";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import type { Column } from "@/ui/table";

type Kept = "buyers" | "targets" | "groups";

export const destinationOf = (target: Documents["targets"]): string => (target.destination.kind === "phone" ? phone(target.destination.number) : target.destination.address);

const capsOf = (one: { caps: Documents["buyers"]["caps"] }): string => [one.caps.concurrency && `${one.caps.concurrency} at once`, ...one.caps.limits.map((limit) => `${limit.most} per ${limit.period}`)].filter(Boolean).join(", ");

const hoursOf = (one: { schedule?: Documents["buyers"]["schedule"] }): string => (one.schedule ? `${one.schedule.zone}` : "Always");

const status = <N extends Kept>(): Column<Row<N>> => ({
  id: "status",
  head: "Status",
  width: 90,
  cell: ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State>,
});

const pausing = <N extends Kept>(noun: N): Column<Row<N>> => ({ id: "toggle", head: "Actions", width: 120, cell: (row) => <Toggle noun={noun} row={row} /> });

export const buyerColumns: readonly Column<Row<"buyers">>[] = [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/buyers/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  status(),
  { id: "caps", head: "Caps", width: 240, cell: ({ document }) => capsOf(document) || <span className="text-muted">None</span> },
  { id: "hours", head: "Hours", width: 160, cell: ({ document }) => hoursOf(document) },
  { id: "revenue", head: "Revenue", width: 100, num: true, cell: ({ document }) => document.conversion && money(String(document.conversion.revenue.amount), document.conversion.revenue.currency) },
  { id: "after", head: "After", width: 90, num: true, cell: ({ document }) => document.conversion && `${document.conversion.after_seconds} s` },
  pausing("buyers"),
];

export const targetColumns = (buyers: ReadonlyMap<string, string>): readonly Column<Row<"targets">>[] => [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/targets/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  status(),
  { id: "buyer", head: "Buyer", width: 180, cell: ({ document }) => buyers.get(document.buyer_id) },
  { id: "destination", head: "Rings at", width: 180, mono: true, cell: ({ document }) => destinationOf(document) },
  { id: "caps", head: "Caps", width: 200, cell: ({ document }) => capsOf(document) || <span className="text-muted">None</span> },
  { id: "hours", head: "Hours", width: 150, cell: ({ document }) => hoursOf(document) },
  { id: "agent", head: "Agent", width: 80, hidden: true, cell: ({ document }) => (document.agent ? "Yes" : "") },
  pausing("targets"),
];

export const groupColumns: readonly Column<Row<"groups">>[] = [
  { id: "name", head: "Name", width: 240, cell: ({ document }) => <Link to="/groups/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  status(),
  { id: "members", head: "Members", width: 120, num: true, cell: ({ document }) => plural(document.members.length, "target") },
  { id: "caps", head: "Caps they share", width: 260, cell: ({ document }) => capsOf(document) || <span className="text-muted">None</span> },
  pausing("groups"),
];
