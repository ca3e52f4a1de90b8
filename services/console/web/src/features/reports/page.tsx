import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Schemas } from "@/api/client";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { useWords, wordName } from "@/app/where";
import { short } from "@/lib/search";
import { plural } from "@/lib/words";
import { shown } from "@/lib/zones";
import { Button } from "@/ui/button";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { Table } from "@/ui/table";
import { columnsOf, Totals } from "./columns";
import { Controls } from "./controls";
import { drilled } from "./drill";
import { Export } from "./export";
import { ask, bodyOf } from "./question";
import { Saved } from "./saved";
import { filled, spanOfSearch, wordsOf, type Filled, type ReportSearch } from "./search";
import { said } from "./spans";
import { Timeline } from "./timeline";

const PAGE = 200;
const NOW_MS = 60_000; // periods move on by days: a minute late is soon enough

function useReport(all: Filled, now: number) {
  const body = bodyOf(all, now);
  return useInfiniteQuery({
    queryKey: ["reports", all.about, body],
    queryFn: ({ pageParam }) => ask(all.about, body, { limit: PAGE, offset: pageParam }),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const read = pages.reduce((sum, one) => sum + one.rows.length, 0);
      return page.rows.length > 0 && read < page.total ? read : undefined;
    },
    placeholderData: (before) => before,
  });
}

/** What calls came to: a chart, a table of groups, each of which leads to its calls. */
export function Reports() {
  const search = useSearch({ from: "/reports" });
  const navigate = useNavigate();
  const [loaded] = useState(Date.now);
  const all = useMemo(() => filled(search), [search]);
  const now = Math.floor(loaded / NOW_MS) * NOW_MS;
  const report = useReport(all, now);
  const words = useWords();
  useFresh(["reports"], ["call.ended", "call.adjusted", "conversion."]);
  const change = (more: Partial<ReportSearch>) => void navigate({ to: "/reports", search: short({ ...search, ...more }), replace: true });
  const rows = useMemo(() => report.data?.pages.flatMap((page) => page.rows) ?? [], [report.data]);
  const first = report.data?.pages[0];
  const columns = useMemo(() => columnsOf(wordsOf(all), all.show, first?.currency ?? all.currency, all.zone, (word) => wordName(word, words?.tags)), [all, first?.currency, words]);
  const { hasNextPage, isFetching, fetchNextPage } = report;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const onSort = (id: string) => change(all.order === id ? { ascending: all.ascending ? undefined : true } : { order: id, ascending: undefined });
  const grouped = wordsOf(all).length > 0;
  return (
    <Page
      title="Reports"
      count={
        <span title="Days begin and end by the clock of this time zone">
          {said(spanOfSearch(all, now), all.zone)}, {all.zone}
        </span>
      }
      actions={
        <>
          <Saved all={all} />
          <Export all={all} body={bodyOf(all, now)} />
        </>
      }
    >
      <Controls search={search} all={all} words={words} onChange={change} />
      {report.error && <Failed fault={report.error} retry={() => void report.refetch()} />}
      {report.isPending && !report.error && <Loading rows={14} />}
      {first && (
        <Body label="The report">
          <Totals all={all} report={first} />
          <Timeline all={all} now={now} />
          {(first.other_currencies ?? []).length > 0 && (
            <p className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-1.5 text-sm text-muted">
              Amounts are those in {first.currency}; others had
              {first.other_currencies?.map((currency) => (
                <Button key={currency} onClick={() => change({ currency: currency === "USD" ? undefined : currency })}>
                  {currency}
                </Button>
              ))}
            </p>
          )}
          {grouped && (
            <p className="border-b border-line px-4 py-1 text-sm text-muted">
              {plural(first.total, "row")}
              {first.before_since && first.before_until && `, beside ${shown(first.before_since, all.zone, true)} to ${shown(first.before_until, all.zone, true)}`}
              {all.about === "calls" && ". A row leads to its calls."}
            </p>
          )}
          {grouped && (
            <div className="flex h-[60vh] min-h-80 flex-col">
            <Table
              key={columns.map((column) => column.id).join()}
              name="Report"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.keys.join("\n")}
              onMore={more}
              sorted={{ by: all.order ?? "", ascending: all.ascending ?? false, onSort }}
              {...(all.about === "calls" && { onOpen: (row: Schemas["ReportRow"]) => void navigate({ to: "/calls", search: drilled(all, row, now) }) })}
              empty={
                <Empty title="Nothing to count" action={search.where && <Button onClick={() => change({ where: undefined })}>Clear filters</Button>}>
                  {all.about === "calls" ? "No call of this time passes the filters." : "No visit of this time passes the filters."}
                </Empty>
              }
            />
            </div>
          )}
        </Body>
      )}
    </Page>
  );
}
