import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus, Trash2 } from "lucide-react";
import { useMemo, useState } from "react";
import { all } from "@/api/pages";
import { listed, useRows, type Row } from "@/api/records";
import { useMay } from "@/api/session";
import { Export } from "@/app/export";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Views } from "@/app/views";
import { cn } from "@/lib/cn";
import { short } from "@/lib/search";
import { said } from "@/lib/words";
import { Button, buttonLook, IconButton } from "@/ui/button";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import type { Column } from "@/ui/table";
import { ClearAll } from "./clear";
import { routerColumns, targetColumns, useReports } from "./rows";
import { STATUSES, VIEWS, type RtbSearch, type View } from "./search";

const NEW: Record<View, { to: "/rtb-targets/new" | "/rtb-routers/new"; label: string; empty: string }> = {
  "rtb-targets": { to: "/rtb-targets/new", label: "New RTB target", empty: "An RTB target is an outside system that is asked, call by call, what it pays. Make one, send it a test bid, then let a router ask it." },
  "rtb-routers": { to: "/rtb-routers/new", label: "New RTB router", empty: "An RTB router asks several targets together and finds the best bid. A campaign with RTB names one in its plan." },
};

/** Outside bidders, and the routers that ask them together. */
export function RtbList() {
  const search = useSearch({ from: "/rtb" });
  const navigate = useNavigate();
  const { view = "rtb-targets", open, ...wanted } = search;
  const mayEdit = useMay("edit");
  const [clearing, setClearing] = useState(false);
  const change = (more: Partial<RtbSearch>) => void navigate({ to: "/rtb", search: short({ ...search, ...more }), replace: true });
  const filtered = Object.keys(wanted).length > 0;
  const made = NEW[view];
  const peek: Peeked = { open, onPeek: (id) => change({ open: id }) };
  return (
    <Page
      title="RTB"
      actions={
        <>
          {view === "rtb-targets" && (
            <Export
              name="rtb-targets"
              rows={() => all((at) => listed("rtb-targets", { ...wanted, ...at }))}
              columns={[
                ["Name", ({ document }) => document.name],
                ["Status", ({ document }) => document.status],
                ["Endpoint", ({ document }) => document.endpoint],
                ["Company", ({ document }) => document.company],
                ["Contact", ({ document }) => document.contact_name],
                ["Email", ({ document }) => document.contact_email],
                ["Phone", ({ document }) => document.contact_phone],
                ["Least bid", ({ document }) => document.minimum_bid],
                ["Most", ({ document }) => document.maximum_bid],
                ["Currency", ({ document }) => document.currency],
                ["Timeout (ms)", ({ document }) => document.timeout_ms],
              ]}
            />
          )}
          {mayEdit && view === "rtb-targets" && (
            <IconButton label="Retire all RTB targets" onClick={() => setClearing(true)}>
              <Trash2 size={15} aria-hidden />
            </IconButton>
          )}
          {mayEdit && (
            <Link to={made.to} search={{}} className={buttonLook("primary")}>
              <Plus size={14} aria-hidden /> {made.label}
            </Link>
          )}
        </>
      }
    >
      <nav aria-label="RTB targets and routers" className="flex gap-1 border-b border-line px-3">
        {(Object.keys(VIEWS) as View[]).map((one) => (
          <Link key={one} to="/rtb" search={{ view: one }} aria-current={one === view ? "page" : undefined} className={cn("-mb-px flex h-9 items-center border-b-2 px-2", one === view ? "border-accent" : "border-transparent text-muted hover:text-text")}>
            {VIEWS[one]}
          </Link>
        ))}
      </nav>
      <Filters onClear={filtered ? () => change({ contains: undefined, status: undefined }) : undefined}>
        <Views list={VIEWS[view]} search={short({ view: search.view, ...wanted })} onChoose={(chosen) => void navigate({ to: "/rtb", search: chosen })} />
        <FilterText label="Name" value={search.contains} onChange={(contains) => change({ contains })} />
        <FilterOne label="Status" none="Any status" choices={STATUSES.map((value) => ({ value, label: said(value) }))} value={search.status} onChange={(status) => change({ status: status as RtbSearch["status"] })} />
      </Filters>
      {view === "rtb-targets" ? <Targets wanted={wanted} peek={peek} /> : <Rows noun="rtb-routers" columns={routerColumns} wanted={wanted} peek={peek} />}
      {clearing && <ClearAll onClose={() => setClearing(false)} />}
    </Page>
  );
}

type Wanted = Omit<RtbSearch, "view" | "open">;
interface Peeked {
  open: string | undefined;
  onPeek: (id: string | undefined) => void;
}

function Targets({ wanted, peek }: { wanted: Wanted; peek: Peeked }) {
  const reports = useReports();
  const columns = useMemo(() => targetColumns(reports), [reports]);
  return <Rows noun="rtb-targets" columns={columns} wanted={wanted} peek={peek} />;
}

function Rows<N extends View>({ noun, columns, wanted, peek }: { noun: N; columns: readonly Column<Row<N>>[]; wanted: Wanted; peek: Peeked }) {
  const found = useRows(noun, wanted);
  const navigate = useNavigate();
  if (found.error) return <Failed fault={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  return (
    <PeekTable
      {...peek}
      name={VIEWS[noun]}
      columns={columns}
      rows={found.rows}
      rowKey={(row) => row.document.id}
      titleOf={(row) => row.document.name}
      page={(id) => `/${noun}/${id}`}
      onMore={found.more}
      empty={
        Object.keys(wanted).length > 0 ? (
          <Empty title={`No ${VIEWS[noun]} match`} action={<Button onClick={() => void navigate({ to: "/rtb", search: { view: noun } })}>Clear filters</Button>} />
        ) : (
          <Empty title={`No ${VIEWS[noun]} yet`}>{NEW[noun].empty}</Empty>
        )
      }
    />
  );
}

