import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { OtherCurrencies, useCurrency } from "@/app/currency";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { ZONE } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Chart } from "@/ui/chart";
import { Body, Loading, Page } from "@/ui/page";
import { Attention } from "./attention";
import { byHour, change, drawn, today } from "./day";
import { Start, useStart } from "./start";

const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
const CALL_EVENTS = ["call.arrived", "call.ended", "call.routed", "leg.answered", "leg.ended"];
const AGAIN_MS = 300_000; // where nobody calls, too, an hour ends, and a day
const report = (body: Schemas["Report"]) => data(api.POST("/api/v1/reports", { body, params: { query: { limit: 200 } } }));

/** What an operator looks at first: is all well, and what today has brought. */
export function Overview() {
  const now = useQuery({ queryKey: ["overview", "now"], queryFn: () => data(api.GET("/api/v1/now", {})) });
  const currency = useCurrency();
  const totals = useQuery({ queryKey: ["overview", "totals", currency], queryFn: () => report(today(new Date(), currency).totals), refetchInterval: AGAIN_MS });
  const hours = useQuery({
    queryKey: ["overview", "hours", currency],
    queryFn: async () => {
      const at = new Date();
      const { rows } = await report(today(at, currency).hours);
      return { rows, hour: at.getHours() };
    },
    refetchInterval: AGAIN_MS,
  });
  const start = useStart();
  useFresh(["overview"], CALL_EVENTS);
  const failed = [now, totals, hours].find((one) => one.error);
  return (
    <Page title="Overview" count={<span title="The time zone of this browser">{ZONE}</span>}>
      <Body label="Overview">
        {start.due && <Start steps={start.steps} numbers={start.numbers} />}
        {failed && <Failed fault={failed.error} retry={() => void failed.refetch()} />}
        <Strip now={now.data} totals={totals.data} />
        <OtherCurrencies now={currency} others={totals.data?.other_currencies} />
        {hours.data ? (
          <div className="grid border-b border-line xl:grid-cols-2 xl:divide-x xl:divide-line">
            <div className="min-w-0 p-4">
              <Chart
                label="Calls per hour"
                times={HOURS}
                series={[
                  { name: "A week ago", tone: "faint", dashed: true, values: byHour(hours.data.rows, "incoming", true, hours.data.hour) },
                  { name: "Today", tone: "accent", values: byHour(hours.data.rows, "incoming", false, hours.data.hour) },
                ]}
              />
            </div>
            <div className="min-w-0 p-4">
              <Chart
                label="Revenue and payout per hour"
                times={HOURS}
                format={(value) => money(String(Math.round(100 * value) / 100), currency)}
                series={[
                  { name: "Payout", tone: "warn", values: byHour(hours.data.rows, "payout", false, hours.data.hour) },
                  { name: "Revenue", tone: "accent", values: byHour(hours.data.rows, "revenue", false, hours.data.hour) },
                ]}
              />
            </div>
          </div>
        ) : (
          hours.isPending && <Loading rows={5} />
        )}
        <div className="grid lg:grid-cols-2 lg:divide-x lg:divide-line">
          <Attention />
          <LiveNow />
        </div>
      </Body>
    </Page>
  );
}

function Strip({ now, totals }: { now: Schemas["Now"] | undefined; totals: Schemas["Reported"] | undefined }) {
  const told = totals?.totals;
  const before = totals?.totals_before;
  const percent = (value: number | null) => (value === null ? "–" : `${(value * 100).toFixed(1)}%`);
  const amount = (name: string) => (told?.[name] == null ? "–" : money(String(told[name]), totals?.currency));
  const shown: { name: string; value: string; measure?: string }[] = [
    { name: "Live now", value: now ? String(now.live) : "–" },
    { name: "Calls today", value: told ? Number(told["incoming"] ?? 0).toLocaleString("en-US") : "–", measure: "incoming" },
    { name: "Connected", value: percent(drawn(told, "asr")), measure: "asr" },
    { name: "Revenue", value: amount("revenue"), measure: "revenue" },
    { name: "Margin", value: percent(drawn(told, "margin")), measure: "margin" },
  ];
  return (
    <dl className="grid grid-cols-2 border-b border-line md:grid-cols-5 md:divide-x md:divide-line">
      {shown.map(({ name, value, measure }) => (
        <div key={name} className="px-4 py-3">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-2xl font-semibold tabular-nums">{value}</dd>
          {measure && (told ? <Delta now={drawn(told, measure)} before={drawn(before, measure)} /> : <dd className="h-4.5" />)}
        </div>
      ))}
    </dl>
  );
}

function Delta({ now, before }: { now: number | null; before: number | null }) {
  const percent = change(now, before);
  if (percent === null) return <dd className="text-sm text-muted">nothing a week ago</dd>;
  return (
    <dd className="text-sm text-muted tabular-nums">
      {percent > 0 ? "+" : percent < 0 ? "−" : "±"}
      {Math.abs(percent)}% on a week ago
    </dd>
  );
}

const SHOWN_MAX = 8;

function LiveNow() {
  const live = useQuery({ queryKey: ["overview", "live"], queryFn: () => data(api.GET("/api/v1/calls/live", { params: { query: { limit: SHOWN_MAX } } })) });
  const calls = live.data?.calls ?? [];
  return (
    <section aria-label="Live calls" className="min-w-0 p-4">
      <h2 className="mb-2 font-semibold">Live calls</h2>
      {live.error && <Failed fault={live.error} retry={() => void live.refetch()} />}
      {live.data && calls.length === 0 && <p className="text-muted">Nobody is on the line.</p>}
      <ul>
        {calls.map((call) => (
          <li key={call.call_id} className="flex h-8 items-center gap-3 border-b border-line">
            <State tone="live">{said(call.state)}</State>
            <Link to="/calls/$callId" params={{ callId: call.call_id }} className="font-mono text-sm hover:underline">
              {phone(call.caller?.text) || "Withheld"}
            </Link>
            <span className="min-w-0 flex-1 truncate">{call.campaign_name}</span>
            <span className="truncate text-muted">{call.buyer_name}</span>
          </li>
        ))}
      </ul>
      {calls.length > 0 && (
        <Link to="/live" className="mt-2 inline-block text-accent hover:underline">
          All live calls
        </Link>
      )}
    </section>
  );
}
