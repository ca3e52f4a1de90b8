import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { State, type Tone } from "@/ui/badge";
import { drawn, today } from "./day";

interface Concern {
  tone: Tone;
  word: string;
  text: string;
  campaign?: string;
  bidder?: string;
}

const LATE: Schemas["Loss"] = "late";

const MANY_FAIL = 0.05; // of a bidder's requests
const FEW = 20; // requests that say nothing yet

async function concerns(): Promise<Concern[]> {
  const now = new Date();
  const found: Concern[] = [];
  const [campaigns, bidders, paused] = await Promise.all([
    data(api.POST("/api/v1/reports", { body: today(now).campaigns })),
    data(api.GET("/api/v1/rtb-report", { params: { query: { since: today(now).totals.since } } })),
    data(api.GET("/api/v1/campaigns", { params: { query: { status: "paused", fields: "id,name", limit: 20 } } })),
  ]);
  for (const row of campaigns.rows) {
    const [incoming, lost] = [drawn(row.measures, "incoming") ?? 0, drawn(row.measures, "no_connection") ?? 0];
    if (lost * 2 > incoming && row.keys[0]) found.push({ tone: "warn", word: "No buyer", text: `${row.names[0]}: ${lost} of ${incoming} calls today reached nobody`, campaign: row.keys[0] });
  }
  for (const one of bidders.targets) {
    const late = one.losses?.[LATE] ?? 0;
    if (one.pings >= FEW && late / one.pings > MANY_FAIL) found.push({ tone: "bad", word: "Too late", text: `${one.name}: ${late} of ${one.pings} bids today came too late`, bidder: one.target_id });
  }
  for (const { document } of paused.items) found.push({ tone: "calm", word: "Paused", text: `${document.name} takes no calls` });
  return found;
}

/** What somebody should look at; each line leads to where it can be seen. */
export function Attention() {
  const asked = useQuery({ queryKey: ["overview", "attention"], queryFn: concerns, staleTime: 60_000 });
  useFresh(["overview", "attention"], ["campaign.changed"]);
  return (
    <section aria-label="Needs attention" className="min-w-0 p-4">
      <h2 className="mb-2 font-semibold">Needs attention</h2>
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.length === 0 && <p className="text-muted">Nothing: campaigns reach buyers, bidders answer in time.</p>}
      <ul>
        {asked.data?.map((one) => (
          <li key={one.text} className="flex min-h-8 items-center gap-3 border-b border-line py-1">
            <State tone={one.tone}>{one.word}</State>
            {one.campaign ? (
              <Link to="/calls" search={{ range: "today", campaign_id: one.campaign, status: ["no_buyer"] }} className="min-w-0 hover:underline">
                {one.text}
              </Link>
            ) : one.bidder ? (
              <Link to="/rtb-targets/$id" params={{ id: one.bidder }} search={{}} className="min-w-0 hover:underline">
                {one.text}
              </Link>
            ) : (
              <span className="min-w-0">{one.text}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
