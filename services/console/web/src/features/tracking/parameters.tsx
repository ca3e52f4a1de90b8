import { Link, useNavigate } from "@tanstack/react-router";
import { useRows, type Row } from "@/api/records";
import { Toggle } from "@/app/toggle";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Filters, FilterText } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { Rows } from "./rows";

const COLUMNS: readonly Column<Row<"url-parameters">>[] = [
  { id: "name", head: "Name", width: 220, cell: ({ document }) => <Link to="/url-parameters/$id" params={{ id: document.id }} className="hover:underline">{document.name}</Link> },
  { id: "status", head: "Status", width: 90, cell: ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State> },
  { id: "parameter", head: "Parameter", width: 160, mono: true, cell: ({ document }) => document.parameter },
  { id: "tag", head: "Becomes the tag", width: 160, mono: true, cell: ({ document }) => document.tag },
  { id: "type", head: "Is a", width: 90, cell: ({ document }) => said(document.type) },
  { id: "default", head: "Where there is none", width: 150, mono: true, cell: ({ document }) => document.default },
  { id: "menu", head: "Offered under", width: 140, cell: ({ document }) => document.menu },
  { id: "toggle", head: "Actions", width: 100, cell: (row) => <Toggle noun="url-parameters" row={row} /> },
];

/** Which parameters of landing pages' addresses become tags of visits and calls. */
export function ParameterView({ search, onChange, onClear }: ViewProps) {
  const navigate = useNavigate();
  const found = useRows("url-parameters", search.contains ? { contains: search.contains } : {});
  return (
    <>
      <Filters onClear={onClear}>
        <FilterText label="Name" value={search.contains} onChange={(contains) => onChange({ contains })} />
      </Filters>
      <Rows name="URL parameters" found={found} columns={COLUMNS} rowKey={({ document }) => document.id} onOpen={({ document }) => void navigate({ to: "/url-parameters/$id", params: { id: document.id } })} empty={<Empty title="No URL parameters">What stands in a landing page's address, such as sub_id in ?sub_id=7, becomes a tag of the visit and of its call: so flows, filters and reports can tell by it.</Empty>} />
    </>
  );
}
