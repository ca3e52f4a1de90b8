import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { money } from "@/lib/money";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { FilterOne, Filters } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { Rows } from "./rows";
import { KINDS } from "./search";

type Conversion = Schemas["VisitConversion"];
const PAGE = 100;

const COLUMNS: readonly Column<Conversion>[] = [
  { id: "at", head: "When", width: 110, cell: (one) => <span title={whole(one.at)}>{moment(one.at)}</span> },
  { id: "kind", head: "Kind", width: 90, cell: (one) => said(one.kind) },
  { id: "amount", head: "Amount", width: 100, num: true, cell: (one) => one.amount && money(String(one.amount.amount), one.amount.currency) },
  { id: "source", head: "Brought by", width: 140, cell: (one) => one.origin?.source || "direct" },
  { id: "landing", head: "Landed on", width: 260, cell: (one) => one.origin?.landing_page },
  { id: "visit", head: "Visit", width: 100, cell: (one) => <Link to="/visits/$id" params={{ id: one.visit_id }} className="hover:underline">Its visit</Link> },
  { id: "external", head: "Their id", width: 140, mono: true, cell: (one) => one.external_id },
];

/** What visits came to without a call: forms, chats, purchases. */
export function ConversionView({ search, onChange, onClear }: ViewProps) {
  const found = usePages(
    ["visit-conversions", search.kind],
    (cursor) => data(api.GET("/api/v1/visit-conversions", { params: { query: { limit: PAGE, ...(search.kind && { kind: search.kind }), ...(cursor && { cursor }) } } })),
    (page) => page.conversions,
  );
  return (
    <>
      <Filters onClear={onClear}>
        <FilterOne label="Kind" none="Any kind" choices={KINDS.map((value) => ({ value, label: said(value) }))} value={search.kind} onChange={(kind) => onChange({ kind: kind as Schemas["ConversionKind"] })} />
      </Filters>
      <Rows name="Conversions" found={found} columns={COLUMNS} rowKey={(one) => one.conversion_id} empty={<Empty title="No conversions">A form sent, a chat begun or a purchase made on a page with a tag: the page reports it, and it is listed here.</Empty>} />
    </>
  );
}
