import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { api, data } from "@/api/client";
import { isProblem } from "@/api/errors";
import { useNames } from "@/api/names";
import { useRows, type Row } from "@/api/records";
import { Failed } from "@/app/failed";
import { Button } from "@/ui/button";
import { FilterText, Filters } from "@/ui/filters";
import { Empty, Loading } from "@/ui/page";
import { Table, type Column } from "@/ui/table";
import type { NumberSearch } from "./search";

const AGAIN_MAX = 6; // who lends numbers hears of a new pool a moment after it is made
const AGAIN_MS = 500;

export const useUse = (id: string) =>
  useQuery({
    queryKey: ["pools", id, "use"],
    queryFn: () => data(api.GET("/api/v1/pools/{id}/use", { params: { path: { id } } })),
    refetchInterval: 30_000,
    retry: (count, fault) => count < AGAIN_MAX && isProblem(fault) && (fault.status === 404 || fault.status >= 500),
    retryDelay: AGAIN_MS,
  });

/** How many of its numbers are taken now: a bar and the figures. */
export function Occupancy({ id }: { id: string }) {
  const asked = useUse(id);
  if (!asked.data) return <span className="text-muted">{asked.error ? "Unknown" : "–"}</span>;
  const { numbers, held, resting } = asked.data;
  const part = (some: number) => `${numbers === 0 ? 0 : (100 * some) / numbers}%`;
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden className="flex h-2 w-24 shrink-0 overflow-hidden rounded-sm bg-raised">
        <span className="bg-accent" style={{ width: part(held) }} />
        <span className="bg-warn" style={{ width: part(resting) }} />
      </span>
      <span className="tabular-nums">
        {held} held, {resting} resting of {numbers}
      </span>
    </span>
  );
}

function Missed({ id }: { id: string }) {
  const use = useUse(id).data;
  return use ? (
    <span className={use.unserved > 0 ? "text-warn" : ""}>
      {use.unserved} of {use.visits}
    </span>
  ) : (
    "–"
  );
}

const columnsOf = (campaigns: ReadonlyMap<string, string>): readonly Column<Row<"pools">>[] => [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/pools/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  { id: "campaign", head: "Campaign", width: 200, cell: ({ document }) => (document.campaign_id ? campaigns.get(document.campaign_id) : <span className="text-muted">None</span>) },
  { id: "use", head: "In use now", width: 320, cell: ({ document }) => <Occupancy id={document.id} /> },
  { id: "missed", head: "Visits without a number", width: 190, num: true, cell: ({ document }) => <Missed id={document.id} /> },
];

/** Pools: numbers that are lent to visitors of websites. */
export function Pools({ search: { contains }, change }: { search: NumberSearch; change: (more: Partial<NumberSearch>) => void }) {
  const navigate = useNavigate();
  const pools = useRows("pools", contains ? { contains } : {});
  const campaigns = useNames("campaigns");
  const columns = useMemo(() => columnsOf(new Map(campaigns.map((one) => [one.value, one.label]))), [campaigns]);
  const clear = contains ? () => change({ contains: undefined }) : undefined;
  return (
    <>
      <Filters onClear={clear}>
        <FilterText label="Name" value={contains} onChange={(text) => change({ contains: text })} />
      </Filters>
      {pools.error && <Failed fault={pools.error} retry={() => void pools.refetch()} />}
      {!pools.data && !pools.error && <Loading />}
      {pools.data && (
        <Table
          name="Pools"
          columns={columns}
          rows={pools.rows}
          rowKey={({ document }) => document.id}
          onOpen={({ document }) => void navigate({ to: "/pools/$id", params: { id: document.id } })}
          onMore={pools.more}
          empty={clear ? <Empty title="No pools match" action={<Button onClick={clear}>Clear filters</Button>} /> : <Empty title="No pools yet">A pool lends each visitor of a website a number of its own: so one knows which visit a call comes from.</Empty>}
        />
      )}
    </>
  );
}
