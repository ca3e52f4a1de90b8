import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import type { Documents, Row } from "@/api/records";
import { Toggle } from "@/app/toggle";
import { money } from "@/lib/money";
import { clock } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import type { Column } from "@/ui/table";

type Target = Documents["rtb-targets"];
type Report = Schemas["RtbTargetReport"];
export type Reports = ReadonlyMap<string, Report>;

/** How bidders did in the last seven days, by their ids; undefined as long as it is not known. */
export function useReports(): Reports | undefined {
  useFresh(["rtb-report"], ["auction."]);
  const asked = useQuery({ queryKey: ["rtb-report", "week"], queryFn: () => data(api.GET("/api/v1/rtb-report")), select: ({ targets }) => new Map(targets.map((one) => [one.target_id, one])) });
  return asked.data;
}

export const limitsOf = (target: Target): string => `${money(target.minimum_bid, target.currency)} to ${money(target.maximum_bid, target.currency)}`;
const percent = (rate: number): string => `${Math.round(rate * 100)}%`;

const TROUBLED = 0.95; // of its pings answered in time: below, something is wrong there

/** Whether it answers: a word, and the number that it comes from. */
export function Health({ report }: { report: Report | undefined }) {
  if (!report || report.pings === 0) return <span className="text-muted">Not asked yet</span>;
  if (report.circuit_open_until) return <State tone="bad">Spared until {clock(report.circuit_open_until)}</State>;
  const troubled = report.answered_rate < TROUBLED;
  return <State tone={troubled ? "warn" : "ok"}>{troubled ? `Answers ${percent(report.answered_rate)}` : "Answers"}</State>;
}

const status = <N extends "rtb-targets" | "rtb-routers">(): Column<Row<N>> => ({
  id: "status",
  head: "Status",
  width: 90,
  cell: ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State>,
});

export const targetColumns = (reports: Reports | undefined): readonly Column<Row<"rtb-targets">>[] => {
  const of = (row: Row<"rtb-targets">) => reports?.get(row.document.id);
  const known = (row: Row<"rtb-targets">, show: (report: Report) => string) => (reports ? (of(row) ? show(of(row)!) : "") : "–");
  return [
    { id: "name", head: "Name", width: 150, cell: ({ document }) => <Link to="/rtb-targets/$id" params={{ id: document.id }} search={{}} className="hover:underline">{document.name}</Link> },
    status(),
    {
      id: "endpoint",
      head: "External endpoint",
      width: 230,
      cell: ({ document }) => (
        <span title={document.endpoint} className="font-mono text-sm">
          {document.endpoint}
        </span>
      ),
    },
    { id: "company", head: "Company", width: 120, cell: ({ document }) => document.company || <span className="text-muted">None</span> },
    { id: "limits", head: "Bid limits", width: 150, cell: ({ document }) => <span className="tabular-nums">{limitsOf(document)}</span> },
    { id: "health", head: "Health", width: 136, cell: (row) => (reports ? <Health report={of(row)} /> : "–") },
    { id: "pings", head: "Pings, 7 days", width: 100, num: true, cell: (row) => known(row, (report) => report.pings.toLocaleString("en-US")) },
    { id: "bid_rate", head: "Bids", width: 64, num: true, cell: (row) => known(row, (report) => percent(report.bid_rate)) },
    { id: "p95", head: "p95", width: 72, num: true, cell: (row) => known(row, (report) => (report.p95_ms == null ? "" : `${Math.round(report.p95_ms)} ms`)) },
    { id: "timeout", head: "Timeout", width: 84, num: true, hidden: true, cell: ({ document }) => `${document.timeout_ms} ms` },
    { id: "contact", head: "Contact", width: 180, hidden: true, cell: ({ document }) => [document.contact_name, document.contact_email].filter(Boolean).join(", ") },
    { id: "toggle", head: "Actions", width: 104, cell: (row) => <Toggle noun="rtb-targets" row={row} /> },
  ];
};

export const routerColumns: readonly Column<Row<"rtb-routers">>[] = [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/rtb-routers/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  status(),
  { id: "members", head: "Asks", width: 110, num: true, cell: ({ document }) => plural(document.members.length, "bidder") },
  { id: "floor", head: "Floor", width: 90, num: true, cell: ({ document }) => money(document.minimum_revenue, document.currency) },
  { id: "deadline", head: "Deadline", width: 90, num: true, cell: ({ document }) => `${document.deadline_ms} ms` },
  { id: "price", head: "The winner pays", width: 170, cell: ({ document }) => (document.price === "first" ? "Its own bid" : `The next, plus ${money(document.second_price_plus, document.currency)}`) },
  { id: "margin", head: "Margin", width: 80, num: true, hidden: true, cell: ({ document }) => document.margin_percent && `${document.margin_percent}%` },
  { id: "toggle", head: "Actions", width: 110, cell: (row) => <Toggle noun="rtb-routers" row={row} /> },
];
