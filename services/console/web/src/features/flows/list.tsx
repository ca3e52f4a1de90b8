import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { Views } from "@/app/views";
import { short } from "@/lib/search";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import { Table, type Column } from "@/ui/table";
import { STATES, type FlowSearch } from "./search";

type Row = Schemas["FlowRow"];

export const TONES: Record<Row["state"], Tone> = { draft: "live", published: "ok", paused: "warn", archived: "calm" };
const PAGE = 100;

/** The campaigns that send their calls into each flow, by name. */
function useUsers() {
  const query = useQuery({
    queryKey: ["campaigns", "by flow"],
    queryFn: async () => {
      const { items } = await all((at) => data(api.GET("/api/v1/campaigns", { params: { query: { ...at, fields: "name,flow_id" } } })));
      const users = new Map<string, string[]>();
      for (const { document } of items) if (document.flow_id) users.set(document.flow_id, [...(users.get(document.flow_id) ?? []), document.name]);
      return users;
    },
  });
  useFresh(["campaigns", "by flow"], ["campaign."]);
  return query.data;
}

/** All call flows. */
export function FlowList() {
  const search = useSearch({ from: "/flows" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const users = useUsers();
  const query = useInfiniteQuery({
    queryKey: ["flows", "list", search],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/flows", { params: { query: { ...search, limit: PAGE, ...(pageParam && { cursor: pageParam }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
  });
  useFresh(["flows", "list"], ["flow.changed"]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const columns = useMemo(() => columnsOf(users), [users]);
  const change = (more: Partial<FlowSearch>) => void navigate({ to: "/flows", search: short({ ...search, ...more }), replace: true });
  const clear = () => void navigate({ to: "/flows", search: {} });
  const filtered = Object.keys(search).length > 0;
  return (
    <Page
      title="Call flows"
      count={query.data && `${rows.length}${query.hasNextPage ? "+" : ""}`}
      actions={
        mayEdit && (
          <Link to="/flows/new" className={buttonLook("primary")}>
            <Plus size={14} aria-hidden /> New flow
          </Link>
        )
      }
    >
      <Filters onClear={filtered ? clear : undefined}>
        <Views list="Call flows" search={search} onChoose={(chosen) => void navigate({ to: "/flows", search: chosen })} />
        <FilterText label="Name" value={search.contains} onChange={(contains) => change({ contains })} />
        <FilterOne label="State" none="All but archived" choices={STATES.map((value) => ({ value, label: said(value) }))} value={search.state} onChange={(state) => change({ state: state as FlowSearch["state"] })} />
      </Filters>
      {query.error && <Failed fault={query.error} retry={() => void query.refetch()} />}
      {!query.data && !query.error && <Loading />}
      {query.data && (
        <Table
          name="Call flows"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.id}
          onOpen={(row) => void navigate({ to: "/flows/$id", params: { id: row.id }, search: {} })}
          onMore={query.hasNextPage && !query.isFetching ? () => void query.fetchNextPage() : undefined}
          empty={
            filtered ? (
              <Empty title="No flows match" action={<Button onClick={clear}>Clear filters</Button>} />
            ) : (
              <Empty title="No call flows yet">A flow is what callers hear before somebody is dialled: a menu, opening hours, questions. Make one, then name it in a campaign.</Empty>
            )
          }
        />
      )}
    </Page>
  );
}

const columnsOf = (users: ReadonlyMap<string, string[]> | undefined): readonly Column<Row>[] => [
  {
    id: "name",
    head: "Name",
    width: 260,
    cell: (row) => (
      <Link to="/flows/$id" params={{ id: row.id }} search={{}} className="hover:underline">
        {row.name}
      </Link>
    ),
  },
  { id: "state", head: "State", width: 110, cell: (row) => <State tone={TONES[row.state]}>{said(row.state)}</State> },
  { id: "version", head: "Callers get", width: 100, num: true, cell: (row) => (row.published ? `v${row.published}` : "None") },
  { id: "newest", head: "Newest", width: 84, num: true, hidden: true, cell: (row) => (row.newest ? `v${row.newest}` : "") },
  { id: "users", head: "Used by", width: 300, cell: (row) => (users ? users.get(row.id)?.join(", ") || <span className="text-muted">No campaign</span> : "") },
  { id: "changed", head: "Changed", width: 130, cell: (row) => moment(row.changed_at) },
];
