import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { LayoutGrid, List, Plus } from "lucide-react";
import { useMemo } from "react";
import { api, data } from "@/api/client";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useRows, type Row } from "@/api/records";
import { useMay } from "@/api/session";
import { useCurrency } from "@/app/currency";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Toggle } from "@/app/toggle";
import { Views } from "@/app/views";
import { short } from "@/lib/search";
import { ZONE } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { Badge, State, type Tone } from "@/ui/badge";
import { Button, buttonLook, IconButton } from "@/ui/button";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Body, Empty, Loading, Page } from "@/ui/page";
import type { Column } from "@/ui/table";
import { figuresOf, type Figures } from "./figures";
import { useNumbers } from "./numbers";
import { STATUSES, type CampaignSearch } from "./search";

type Campaign = Row<"campaigns">;

export const TONES: Record<string, Tone> = { active: "ok", draft: "live", paused: "warn", completed: "calm" };

/** What each campaign has had today, and how many numbers lead to it. */
function useFigures() {
  const currency = useCurrency();
  const today = useQuery({
    queryKey: ["campaigns", "today", currency],
    queryFn: () =>
      all(async ({ limit, cursor }) => {
        const now = new Date();
        const since = new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
        const until = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toISOString();
        const body = { since, until, zone: ZONE, group_by: ["campaign"], columns: ["incoming", "revenue"], filters: [], currency, order_by: "", ascending: false };
        const offset = Number(cursor ?? 0);
        const { rows, total } = await data(api.POST("/api/v1/reports", { body, params: { query: { limit, offset } } }));
        return { items: rows, cursor: offset + rows.length < total ? String(offset + rows.length) : null };
      }),
  });
  const numbers = useNumbers();
  useFresh(["campaigns", "today"], ["call.arrived", "call.ended"]);
  const of = useMemo(() => figuresOf(today.data, numbers.data, currency), [today.data, numbers.data, currency]);
  return { of, failed: [today, numbers].find((one) => one.error) };
}

/** All campaigns, as cards or as a table. */
export function CampaignList() {
  const search = useSearch({ from: "/campaigns" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const { as: shape = "table", open, ...wanted } = search;
  const found = useRows("campaigns", wanted);
  const figures = useFigures();
  const columns = useMemo(() => columnsOf(figures.of), [figures.of]);
  const change = (more: Partial<CampaignSearch>) => void navigate({ to: "/campaigns", search: short({ ...search, ...more }), replace: true });
  const filtered = Object.keys(wanted).length > 0;
  const empty = filtered ? (
    <Empty title="No campaigns match" action={<Button onClick={() => change({ contains: undefined, status: undefined })}>Clear filters</Button>} />
  ) : (
    <Empty title="No campaigns yet">A campaign says which buyers get the calls of which numbers, in which order.</Empty>
  );
  return (
    <Page
      title="Campaigns"
      count={found.data && `${found.rows.length}${found.hasNextPage ? "+" : ""}`}
      actions={
        <>
          <IconButton label="As cards" aria-pressed={shape === "cards"} onClick={() => change({ as: "cards" })} className="aria-pressed:bg-raised aria-pressed:text-text">
            <LayoutGrid size={15} aria-hidden />
          </IconButton>
          <IconButton label="As a table" aria-pressed={shape === "table"} onClick={() => change({ as: undefined })} className="aria-pressed:bg-raised aria-pressed:text-text">
            <List size={15} aria-hidden />
          </IconButton>
          {mayEdit && (
            <Link to="/campaigns/new" className={buttonLook("primary")}>
              <Plus size={14} aria-hidden /> New campaign
            </Link>
          )}
        </>
      }
    >
      <Filters onClear={filtered ? () => change({ contains: undefined, status: undefined }) : undefined}>
        <Views list="Campaigns" search={short({ as: search.as, ...wanted })} onChoose={(chosen) => void navigate({ to: "/campaigns", search: chosen })} />
        <FilterText label="Name" value={search.contains} onChange={(contains) => change({ contains })} />
        <FilterOne label="Status" none="Any status" choices={STATUSES.map((value) => ({ value, label: said(value) }))} value={search.status} onChange={(status) => change({ status: status as CampaignSearch["status"] })} />
      </Filters>
      {found.error && <Failed fault={found.error} retry={() => void found.refetch()} />}
      {figures.failed && <Failed fault={figures.failed.error} retry={() => void figures.failed?.refetch()} />}
      {!found.data && !found.error && <Loading />}
      {found.data && shape === "table" && (
        <PeekTable
          name="Campaigns"
          columns={columns}
          rows={found.rows}
          rowKey={(row) => row.document.id}
          open={open}
          onPeek={(id) => change({ open: id })}
          titleOf={(row) => row.document.name}
          page={(id) => `/campaigns/${id}`}
          onMore={found.more}
          empty={empty}
        />
      )}
      {found.data && shape === "cards" && (
        <Body label="Campaigns">
          {found.rows.length === 0 && empty}
          <ul className="grid gap-3 p-4 sm:grid-cols-2 xl:grid-cols-3">
            {found.rows.map((row) => (
              <Card key={row.document.id} row={row} figures={figures.of(row.document.id)} />
            ))}
          </ul>
          {found.hasNextPage && (
            <div className="pb-4 text-center">
              <Button onClick={found.more}>More</Button>
            </div>
          )}
        </Body>
      )}
    </Page>
  );
}

function Card({ row, figures }: { row: Campaign; figures: Figures }) {
  const { document } = row;
  return (
    <li className="flex flex-col gap-2 rounded-lg border border-line p-4">
      <div className="flex items-start gap-2">
        <Link to="/campaigns/$id" params={{ id: document.id }} className="min-w-0 flex-1 truncate text-lg font-semibold hover:underline">
          {document.name}
        </Link>
        {document.rtb_enabled && <Rtb />}
      </div>
      <State tone={TONES[document.status] ?? "calm"}>{said(document.status)}</State>
      <dl className="grid grid-cols-3 gap-2">
        {[
          ["Calls today", figures.calls],
          ["Revenue", figures.revenue],
          ["Numbers", figures.numbers],
        ].map(([name, value]) => (
          <div key={name}>
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-auto flex justify-between pt-1 text-muted">
        <span>{plural(document.assignments.length, "destination")}</span>
        <span className="-mr-2.5">
          <Toggle noun="campaigns" row={row} />
        </span>
      </div>
    </li>
  );
}

const Rtb = () => (
  <Badge tone="live" title="Outside bidders are asked">
    RTB
  </Badge>
);

const columnsOf = (of: (id: string) => Figures): readonly Column<Campaign>[] => [
  {
    id: "name",
    head: "Name",
    width: 240,
    cell: ({ document }) => (
      <span className="flex items-center gap-2">
        <Link to="/campaigns/$id" params={{ id: document.id }} className="truncate hover:underline">
          {document.name}
        </Link>
        {document.rtb_enabled && <Rtb />}
      </span>
    ),
  },
  { id: "status", head: "Status", width: 110, cell: ({ document }) => <State tone={TONES[document.status] ?? "calm"}>{said(document.status)}</State> },
  { id: "numbers", head: "Numbers", width: 84, num: true, cell: ({ document }) => of(document.id).numbers },
  { id: "plan", head: "Destinations", width: 104, num: true, cell: ({ document }) => document.assignments.length },
  { id: "spread", head: "Shared by", width: 120, cell: ({ document }) => said(document.spread) },
  { id: "calls", head: "Calls today", width: 100, num: true, cell: ({ document }) => of(document.id).calls },
  { id: "revenue", head: "Revenue today", width: 116, num: true, cell: ({ document }) => of(document.id).revenue },
  { id: "category", head: "Category", width: 130, hidden: true, cell: ({ document }) => document.category },
  { id: "toggle", head: "Actions", width: 124, cell: (row) => <Toggle noun="campaigns" row={row} /> },
];
