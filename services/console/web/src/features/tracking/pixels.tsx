import { Link, useNavigate } from "@tanstack/react-router";
import { useRows, type Row } from "@/api/records";
import { Toggle } from "@/app/toggle";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Filters, FilterText } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { Rows } from "./rows";

const COLUMNS: readonly Column<Row<"pixels">>[] = [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/pixels/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  { id: "status", head: "Status", width: 90, cell: ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State> },
  { id: "points", head: "Told when a call is", width: 220, cell: ({ document }) => document.fire_on.map(said).join(", ") },
  { id: "campaigns", head: "Of", width: 120, cell: ({ document }) => (document.campaign_ids?.length ? plural(document.campaign_ids.length, "campaign") : "All campaigns") },
  { id: "url", head: "Asks", width: 320, mono: true, cell: ({ document }) => `${document.method ?? "GET"} ${document.url}` },
  { id: "deliveries", head: "Deliveries", width: 100, cell: ({ document }) => <Link to="/tracking" search={{ view: "deliveries", pixel_id: document.id }} className="hover:underline">Deliveries</Link> },
  { id: "toggle", head: "Actions", width: 100, cell: (row) => <Toggle noun="pixels" row={row} /> },
];

/** Who is told of calls, and of what. */
export function PixelView({ search, onChange, onClear }: ViewProps) {
  const navigate = useNavigate();
  const found = useRows("pixels", search.contains ? { contains: search.contains } : {});
  return (
    <>
      <Filters onClear={onClear}>
        <FilterText label="Name" value={search.contains} onChange={(contains) => onChange({ contains })} />
      </Filters>
      <Rows name="Pixels" found={found} columns={COLUMNS} rowKey={({ document }) => document.id} onOpen={({ document }) => void navigate({ to: "/pixels/$id", params: { id: document.id } })} empty={<Empty title="No pixels">A pixel tells a partner's system what became of a call, by a request that is tried until it is taken.</Empty>} />
    </>
  );
}
