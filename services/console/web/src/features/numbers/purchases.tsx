import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { useNames } from "@/api/names";
import { Failed } from "@/app/failed";
import { phone } from "@/lib/phone";
import { moment } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Body, Empty, Loading } from "@/ui/page";
import { Progress } from "@/ui/progress";
import { SimpleTable } from "@/ui/simple-table";

const TONES = { ordered: "live", bought: "ok", failed: "bad" } as const;

/** What was ordered, the latest first, and how far each number is; it goes on without this page. */
export function Purchases() {
  useFresh(["purchases"], ["purchase.", "number."]);
  const asked = useQuery({ queryKey: ["purchases"], queryFn: () => data(api.GET("/api/v1/numbers/purchases", { params: { query: { limit: 50 } } })) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading />;
  if (asked.data.purchases.length === 0) return <Empty title="Nothing was bought yet">What you order is bought, placed and set up behind: leave the page, and find it here again.</Empty>;
  return (
    <Body label="Purchases">
      {asked.data.purchases.map((purchase) => (
        <OnePurchase key={purchase.id} purchase={purchase} />
      ))}
    </Body>
  );
}

function OnePurchase({ purchase }: { purchase: Schemas["Purchase"] }) {
  const campaigns = useNames("campaigns");
  const pools = useNames("pools");
  const { lines, campaign_id: campaign, pool_id: pool } = purchase;
  const over = lines.filter((line) => line.state !== "ordered").length;
  const bought = lines.filter((line) => line.state === "bought").length;
  const where = campaign ? `for campaign ${campaigns.find((one) => one.value === campaign)?.label ?? "–"}` : pool ? `for pool ${pools.find((one) => one.value === pool)?.label ?? "–"}` : "for no place yet";
  return (
    <section aria-label={`Purchase of ${moment(purchase.at)}`} className="border-b border-line px-4 py-4">
      <div className="mb-2 flex flex-wrap items-center gap-3">
        <h2 className="font-semibold">
          {plural(lines.length, "number")} {where}
        </h2>
        <span className="text-muted">
          {moment(purchase.at)}, by {purchase.actor.name}
        </span>
        <Progress label="Numbers that are done" done={over} of={lines.length} />
        <span className="tabular-nums">
          {bought} of {lines.length} bought
        </span>
      </div>
      <SimpleTable
        label="Its numbers"
        rows={lines}
        columns={[
          ["Number", (line) => phone(line.number), "mono"],
          ["State", (line) => <State tone={TONES[line.state]}>{said(line.state)}</State>],
          ["Since", (line) => moment(line.since)],
          ["Set up", (line) => (line.setup ? said(line.setup.state) : "")],
          ["Note", (line) => line.failure],
        ]}
      />
    </section>
  );
}
