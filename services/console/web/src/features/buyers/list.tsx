import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useNames } from "@/api/names";
import { useRows, type Noun, type Row } from "@/api/records";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Views } from "@/app/views";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { said } from "@/lib/words";
import { Button, buttonLook } from "@/ui/button";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import type { Column } from "@/ui/table";
import { buyerColumns, groupColumns, targetColumns } from "./rows";
import { STATUSES, VIEWS, type BuyerSearch, type View } from "./search";

const NEW: Record<View, { to: "/buyers/new" | "/targets/new" | "/groups/new"; label: string; empty: string }> = {
  buyers: { to: "/buyers/new", label: "New buyer", empty: "A buyer is a company that pays for calls. Make one, then say where its phones ring." },
  targets: { to: "/targets/new", label: "New target", empty: "A target is where a buyer's calls go: a phone number, a SIP address, or an agent." },
  groups: { to: "/groups/new", label: "New group", empty: "A group lets targets share caps, hours and filters." },
};

/** Buyers, their targets, and groups of targets. */
export function BuyerList() {
  const search = useSearch({ from: "/buyers" });
  const navigate = useNavigate();
  const view = search.view ?? "buyers";
  const mayEdit = useMay("edit");
  const change = (more: Partial<BuyerSearch>) => void navigate({ to: "/buyers", search: short({ ...search, ...more }), replace: true });
  const filtered = search.contains !== undefined || search.status !== undefined;
  const made = NEW[view];
  const { open: _, ...kept } = search;
  return (
    <Page
      title="Buyers"
      actions={
        mayEdit && (
          <Link to={made.to} className={buttonLook("primary")}>
            <Plus size={14} aria-hidden /> {made.label}
          </Link>
        )
      }
    >
      <nav aria-label="Buyers, targets and groups" className="flex gap-1 border-b border-line px-3">
        {(Object.keys(VIEWS) as View[]).map((one) => (
          <Link key={one} to="/buyers" search={{ view: one }} aria-current={one === view ? "page" : undefined} className={cn("-mb-px flex h-9 items-center border-b-2 px-2", one === view ? "border-accent" : "border-transparent text-muted hover:text-text")}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      <Filters onClear={filtered ? () => change({ contains: undefined, status: undefined }) : undefined}>
        <Views list={VIEWS[view]} search={kept} onChoose={(chosen) => void navigate({ to: "/buyers", search: chosen })} />
        <FilterText label="Name" value={search.contains} onChange={(contains) => change({ contains })} />
        <FilterOne label="Status" none="Any status" choices={STATUSES.map((value) => ({ value, label: said(value) }))} value={search.status} onChange={(status) => change({ status: status as BuyerSearch["status"] })} />
      </Filters>
      {view === "buyers" && <Rows key="buyers" noun="buyers" columns={buyerColumns} search={search} empty={made.empty} />}
      {view === "targets" && <Targets search={search} />}
      {view === "groups" && <Rows key="groups" noun="groups" columns={groupColumns} search={search} empty={made.empty} />}
    </Page>
  );
}

function Targets({ search }: { search: BuyerSearch }) {
  const buyers = useNames("buyers");
  const columns = useMemo(() => targetColumns(new Map(buyers.map((buyer) => [buyer.value, buyer.label]))), [buyers]);
  return <Rows key="targets" noun="targets" columns={columns} search={search} empty={NEW.targets.empty} />;
}

function Rows<N extends Noun & View>({ noun, columns, search, empty }: { noun: N; columns: readonly Column<Row<N>>[]; search: BuyerSearch; empty: string }) {
  const { view: _, open, ...wanted } = search;
  const found = useRows(noun, wanted);
  const navigate = useNavigate();
  const filtered = Object.keys(wanted).length > 0;
  if (found.error) return <Failed fault={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  return (
    <PeekTable
      name={VIEWS[noun]}
      columns={columns}
      rows={found.rows}
      rowKey={(row) => row.document.id}
      open={open}
      onPeek={(id) => void navigate({ to: "/buyers", search: short({ ...search, open: id }), replace: true })}
      titleOf={(row) => row.document.name}
      page={(id) => `/${noun}/${id}`}
      onMore={found.more}
      empty={
        filtered ? (
          <Empty title={`No ${noun} match`} action={<Button onClick={() => void navigate({ to: "/buyers", search: { view: noun } })}>Clear filters</Button>} />
        ) : (
          <Empty title={`No ${noun} yet`}>{empty}</Empty>
        )
      }
    />
  );
}
