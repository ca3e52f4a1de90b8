import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useCallback, useMemo } from "react";
import { api, data, type Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { useNames } from "@/api/names";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { Views } from "@/app/views";
import { WhereFilters } from "@/app/where";
import { short } from "@/lib/search";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { Button, buttonLook } from "@/ui/button";
import { FilterMany, FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import { callerOf, COLUMNS, type Call } from "./columns";
import { CallPeek } from "./peek";
import { asked, fileOf, RANGES, STATUSES, type CallSearch } from "./search";

const PAGE = 100;
const NONE: readonly Call[] = [];

function useCalls(search: CallSearch) {
  return useInfiniteQuery({
    queryKey: ["calls", "list", search],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/calls", { params: { query: { ...asked(search, new Date()), limit: PAGE, ...(pageParam && { cursor: pageParam }) } } })) as Promise<Schemas["Calls"]>,
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
    placeholderData: (before) => before,
  });
}

/** All calls, the newest first; what is looked for stands in the URL. */
export function CallList() {
  const { open, ...search } = useSearch({ from: "/calls" });
  const navigate = useNavigate();
  const calls = useCalls(search);
  const mayExport = useMay("export");
  useFresh(["calls", "list"], ["call.arrived", "call.ended", "call.adjusted"]);
  const rows = useMemo(() => calls.data?.pages.flatMap((page) => page.calls) ?? NONE, [calls.data]);
  const { hasNextPage, isFetching, fetchNextPage } = calls;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const filtered = Object.keys(search).length > 0;
  const clear = () => void navigate({ to: "/calls", search: {} });
  return (
    <Page
      title="Calls"
      count={calls.data && `${rows.length.toLocaleString("en-US")}${hasNextPage ? "+" : ""}`}
      actions={
        mayExport && (
          <a href={fileOf(search, new Date())} download className={buttonLook()}>
            <Download size={14} aria-hidden /> Export
          </a>
        )
      }
    >
      <CallFilters search={search} onClear={filtered ? clear : undefined} />
      {calls.error && <Failed fault={calls.error} retry={() => void calls.refetch()} />}
      {calls.isPending && !calls.error && <Loading rows={14} />}
      {calls.data && (
        <PeekTable
          name="Calls"
          columns={COLUMNS}
          rows={rows}
          rowKey={(call) => call.call_id}
          open={open}
          onPeek={(id) => void navigate({ to: "/calls", search: short({ ...search, open: id }), replace: true })}
          titleOf={(call) => callerOf(call) || "Call"}
          page={(id) => `/calls/${id}`}
          onMore={more}
          empty={
            filtered ? (
              <Empty title="No calls match" action={<Button onClick={clear}>Clear filters</Button>} />
            ) : (
              <Empty title="No calls yet">Every call to one of your numbers is listed here from its first ring, with why it went where it went.</Empty>
            )
          }
        >
          {(call) => <CallPeek key={call.call_id} id={call.call_id} />}
        </PeekTable>
      )}
    </Page>
  );
}

const OWN = "own";
const DUPLICATES = [
  { value: "true", label: "Duplicates" },
  { value: "false", label: "No duplicates" },
];
const TALKED = [10, 30, 60, 120, 300].map((seconds) => ({ value: String(seconds), label: seconds < 60 ? `${seconds} s or more` : `${seconds / 60} min or more` }));

function CallFilters({ search, onClear }: { search: CallSearch; onClear: (() => void) | undefined }) {
  const navigate = useNavigate();
  const campaigns = useNames("campaigns");
  const buyers = useNames("buyers");
  const own = search.since !== undefined; // a report's row leads to its own time
  const change = (more: Partial<CallSearch>) => void navigate({ to: "/calls", search: short({ ...search, ...more }), replace: true });
  return (
    <Filters onClear={onClear}>
      <Views list="Calls" search={search} onChoose={(chosen) => void navigate({ to: "/calls", search: chosen })} />
      <FilterText label="Caller" value={search.caller} onChange={(caller) => change({ caller })} />
      <FilterOne
        label="When"
        none="Any time"
        choices={[...Object.entries(RANGES).map(([value, label]) => ({ value, label })), ...(own ? [{ value: OWN, label: `${moment(search.since)} to ${moment(search.until) || "now"}` }] : [])]}
        value={own ? OWN : search.range}
        onChange={(range) => range !== OWN && change({ range: range as CallSearch["range"], since: undefined, until: undefined })}
      />
      <FilterMany label="Outcome" choices={STATUSES.map((value) => ({ value, label: said(value) }))} value={search.status ?? []} onChange={(status) => change({ status: status as CallSearch["status"] })} />
      <FilterOne label="Campaign" none="Any campaign" choices={campaigns} value={search.campaign_id} onChange={(campaign_id) => change({ campaign_id })} />
      <FilterOne label="Buyer" none="Any buyer" choices={buyers} value={search.buyer_id} onChange={(buyer_id) => change({ buyer_id })} />
      <FilterOne label="Talked" none="Any length" choices={TALKED} value={search.talk_least?.toString()} onChange={(least) => change({ talk_least: least ? Number(least) : undefined })} />
      <FilterOne label="Repeats" none="All" choices={DUPLICATES} value={search.duplicate?.toString()} onChange={(value) => change({ duplicate: value === undefined ? undefined : value === "true" })} />
      <WhereFilters where={search.where} onChange={(where) => change({ where })} />
    </Filters>
  );
}
