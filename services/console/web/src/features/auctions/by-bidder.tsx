import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { said } from "@/lib/words";
import { Empty, Loading } from "@/ui/page";
import { Table, type Column } from "@/ui/table";
import { beginning, RANGES, type Range } from "./search";

type Report = Schemas["RtbTargetReport"];

const percent = (rate: number): string => `${(rate * 100).toFixed(1)}%`;
const ms = (value: number | null | undefined): string => (value == null ? "" : `${Math.round(value)} ms`);

const COLUMNS: readonly Column<Report>[] = [
  { id: "name", head: "Bidder", width: 190, cell: (one) => <Link to="/rtb-targets/$id" params={{ id: one.target_id }} search={{}} className="hover:underline">{one.name}</Link> },
  { id: "pings", head: "Pings", width: 80, num: true, cell: (one) => one.pings.toLocaleString("en-US") },
  { id: "answered", head: "Answered", width: 88, num: true, cell: (one) => percent(one.answered_rate) },
  { id: "bid_rate", head: "Bid", width: 76, num: true, cell: (one) => percent(one.bid_rate) },
  { id: "wins", head: "Wins", width: 72, num: true, cell: (one) => one.wins.toLocaleString("en-US") },
  { id: "win_rate", head: "Of bids", width: 80, num: true, cell: (one) => percent(one.win_rate) },
  { id: "p50", head: "p50", width: 80, num: true, cell: (one) => ms(one.p50_ms) },
  { id: "p95", head: "p95", width: 80, num: true, cell: (one) => ms(one.p95_ms) },
  { id: "p99", head: "p99", width: 80, num: true, hidden: true, cell: (one) => ms(one.p99_ms) },
  { id: "revenue", head: "Revenue", width: 96, num: true, cell: (one) => money(one.revenue) },
  { id: "losses", head: "Why it lost", width: 340, cell: (one) => <Losses report={one} /> },
];

/** The reasons as parts of one bar, the commonest first; the words and numbers beside it. */
function Losses({ report }: { report: Report }) {
  const losses = Object.entries(report.losses ?? {}).sort(([, one], [, other]) => other - one);
  const sum = losses.reduce((all, [, count]) => all + count, 0);
  if (sum === 0) return <span className="text-muted">It has lost none</span>;
  const words = losses.map(([reason, count]) => `${said(reason)} ${count.toLocaleString("en-US")}`).join(", ");
  return (
    <span title={words} className="flex items-center gap-2">
      <span aria-hidden className="flex h-2 w-20 shrink-0 gap-px overflow-hidden rounded-sm">
        {losses.map(([reason, count], at) => (
          <span key={reason} className="bg-warn" style={{ width: `${(100 * count) / sum}%`, opacity: Math.max(0.25, 1 - at * 0.2) }} />
        ))}
      </span>
      <span className="truncate">{words}</span>
    </span>
  );
}

/** How each bidder did: asked, answered, bid, won, how quickly, and why it lost. */
export function ByBidder({ range }: { range: Range }) {
  const [now] = useState(() => new Date()); // one time for all looks of this page
  const query = useQuery({ queryKey: ["rtb-report", range], queryFn: () => data(api.GET("/api/v1/rtb-report", { params: { query: { since: beginning(range, now) } } })), placeholderData: (before) => before });
  useFresh(["rtb-report"], ["auction."]);
  if (query.error) return <Failed fault={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Loading />;
  return <Table name="Bidders" columns={COLUMNS} rows={query.data.targets} rowKey={(one) => one.target_id} empty={<Empty title="Nobody was asked">No bidder was asked in this time: {RANGES[range].toLowerCase()}.</Empty>} />;
}
