import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, data } from "@/api/client";
import { useFresh } from "@/api/live";
import { useNames } from "@/api/names";
import { all } from "@/api/pages";
import type { Documents } from "@/api/records";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { Fields } from "@/app/fields";
import { Known } from "@/app/known";
import { NumberPicker } from "@/app/number-picker";
import { RecordPage } from "@/app/record";
import { phone } from "@/lib/phone";
import { moment } from "@/lib/time";
import { buttonLook } from "@/ui/button";
import { Section, SelectField, TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { advice } from "./advice";
import { Occupancy, useUse } from "./pools";
import { found } from "./queries";
import { Setup } from "./rows";

const FRESH = { name: "", campaign_id: null } as unknown as Documents["pools"];

/** Numbers that serve one campaign together: how far they are used, and who has which now. */
export function PoolPage() {
  const { id } = useParams({ strict: false });
  const campaigns = useNames("campaigns");
  return (
    <RecordPage
      noun="pools"
      word="pool"
      id={id}
      fresh={FRESH}
      list="/numbers?view=pools"
      at={(made) => `/pools/${made}`}
      above={<Link to="/numbers" search={{ view: "pools" }} className="hover:text-text">Pools</Link>}
    >
      {(draft, isNew) => (
        <>
          <Fields>
            <Section title="Pool">
              <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
              <SelectField label="Campaign" value={draft.document.campaign_id ?? ""} choices={[{ value: "", label: "None yet" }, ...campaigns]} onChange={(campaign) => draft.set("campaign_id", campaign || null)} error={draft.error("campaign_id")} />
            </Section>
          </Fields>
          {!isNew && (
            <>
              <Section title="Use" about="Held by visitors now, resting after a visit, and the visits of the last hour that found none free.">
                <Use id={draft.document.id} />
              </Section>
              <Section title="Numbers" about="Which are in it, and until when a visitor has each.">
                <Members id={draft.document.id} campaignId={draft.document.campaign_id ?? undefined} />
              </Section>
            </>
          )}
        </>
      )}
    </RecordPage>
  );
}

function Use({ id }: { id: string }) {
  const asked = useUse(id);
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <p className="text-muted">–</p>;
  const { free, free_at: freeAt, visits, unserved } = asked.data;
  return (
    <>
      <Occupancy id={id} />
      <p className="tabular-nums">
        {free} free{freeAt && `; the next is free at ${moment(freeAt)}`}. {unserved} of {visits} visits within the last hour found none.
      </p>
      <p className="font-medium">{advice(asked.data)}</p>
    </>
  );
}

/** Visits that hold a number still, by their numbers: of the campaign, begun within a day. */
function useHolders(campaignId: string | undefined) {
  const [since] = useState(() => new Date(Date.now() - 86_400_000).toISOString());
  return useQuery({
    queryKey: ["visits", "holders", campaignId, since],
    queryFn: async () => {
      const { visits } = await data(api.GET("/api/v1/visits", { params: { query: { campaign_id: campaignId, showing: "leased", since, limit: 200 } } }));
      const now = new Date().toISOString();
      return new Map(visits.filter((visit) => visit.number && visit.held_until > now).map((visit) => [visit.number!, visit]));
    },
    enabled: campaignId !== undefined,
    refetchInterval: 30_000,
  }).data;
}

function Members({ id, campaignId }: { id: string; campaignId: string | undefined }) {
  const mayEdit = useMay("edit");
  const holders = useHolders(campaignId);
  useFresh(["numbers", "of pools"], ["number."]);
  const numbers = useQuery({ queryKey: ["numbers", "of pools"], queryFn: () => all((at) => found({ status: "pool" }, at)) });
  return (
    <>
      <Known asked={numbers} which={({ document }) => document.pool_id === id} none="None yet: visitors see what the page itself says.">
        {(rows) => (
          <SimpleTable
            label="Numbers of the pool"
            rows={rows}
            columns={[
              ["Number", ({ document }) => <span className="whitespace-nowrap">{phone(document.number)}</span>, "mono"],
              ["At the carrier", (row) => <Setup row={row} />],
              [
                "Held",
                ({ document }) => {
                  const visit = holders?.get(document.number);
                  return visit ? <span className="break-all">{`Until ${moment(visit.held_until)}, by a visitor of ${visit.landing || "a page"}`}</span> : <span className="text-muted">Free</span>;
                },
              ],
            ]}
          />
        )}
      </Known>
      {mayEdit && (
        <div className="flex flex-wrap items-start gap-2">
          <NumberPicker place={`pool:${id}`} />
          <Link to="/numbers/add" search={{ place: `pool:${id}` }} className={buttonLook()}>
            <Plus size={14} aria-hidden /> Numbers
          </Link>
        </div>
      )}
    </>
  );
}
