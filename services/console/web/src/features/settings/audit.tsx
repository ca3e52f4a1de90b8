import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { Failed } from "@/app/failed";
import { differences } from "@/lib/differences";
import { short } from "@/lib/search";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { Peek } from "@/ui/dialog";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Table, type Column } from "@/ui/table";
import { NOUNS, type SettingsSearch } from "./search";

type Entry = Schemas["Entry"];
const PAGE = 100;

const nameOf = (entry: Entry): string => String(entry.after?.["name"] ?? entry.before?.["name"] ?? entry.after?.["email"] ?? entry.before?.["email"] ?? entry.after?.["number"] ?? entry.key);
const didOf = (entry: Entry): string => (entry.before === null ? "Made" : entry.after === null ? "Retired" : "Changed");

const COLUMNS: readonly Column<Entry>[] = [
  { id: "at", head: "When", width: 130, cell: (entry) => <span title={whole(entry.at)}>{moment(entry.at)}</span> },
  { id: "actor", head: "Who", width: 200, cell: (entry) => entry.actor.name },
  { id: "did", head: "Did", width: 90, cell: didOf },
  { id: "noun", head: "What", width: 120, cell: (entry) => said(entry.noun) },
  { id: "name", head: "Which", width: 220, cell: nameOf },
  { id: "fields", head: "Fields", width: 240, cell: (entry) => (entry.before && entry.after ? differences(entry.before, entry.after).map((one) => one.path).join(", ") : "") },
  { id: "reason", head: "Why", width: 160, hidden: true, cell: (entry) => entry.reason },
  { id: "via", head: "By way of", width: 100, hidden: true, cell: (entry) => entry.actor.via },
];

/** Who changed what, the latest first; an entry shows what is different. */
export function AuditLog() {
  const search: SettingsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const [open, setOpen] = useState<Entry | null>(null);
  const asked = useInfiniteQuery({
    queryKey: ["audit", search],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/audit", { params: { query: { ...search, limit: PAGE, ...(pageParam !== null && { before: pageParam }) } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.before ?? undefined,
    placeholderData: (before) => before,
  });
  const rows = useMemo(() => asked.data?.pages.flatMap((page) => page.items) ?? [], [asked.data]);
  const { hasNextPage, isFetching, fetchNextPage } = asked;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const change = (next: SettingsSearch) => void navigate({ to: "/settings/$part", params: { part: "audit" }, search: short({ ...search, ...next }), replace: true });
  const clear = Object.keys(search).length > 0 ? () => change({ noun: undefined, actor: undefined, key: undefined }) : undefined;
  return (
    <>
      <Filters onClear={clear}>
        <FilterText label="Who" value={search.actor} onChange={(actor) => change({ actor })} />
        <FilterOne label="What" none="Everything" choices={NOUNS.map((value) => ({ value, label: said(value) }))} value={search.noun} onChange={(noun) => change({ noun: noun as SettingsSearch["noun"] })} />
        {search.key && <Button onClick={() => change({ key: undefined })}>Only {search.key.slice(0, 8)}…</Button>}
      </Filters>
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && !asked.error && <Loading rows={12} />}
      {asked.data && <Table name="Audit log" columns={COLUMNS} rows={rows} rowKey={(entry) => `${entry.noun}/${entry.key}/${entry.version}/${entry.at}`} onOpen={setOpen} onMore={more} empty={<Empty title="Nothing was changed">Every change of configuration, people and keys stands here, with who made it.</Empty>} />}
      <Peek
        open={open !== null}
        onClose={() => setOpen(null)}
        title={open ? `${didOf(open)}: ${nameOf(open)}` : ""}
        actions={
          open && (
            <Button
              onClick={() => {
                setOpen(null);
                change({ noun: open.noun as SettingsSearch["noun"], key: open.key });
              }}
            >
              All of its changes
            </Button>
          )
        }
      >
        {open && <Detail entry={open} />}
      </Peek>
    </>
  );
}

function Detail({ entry }: { entry: Entry }) {
  return (
    <div className="grid gap-4">
      <p>
        {entry.actor.name}
        {entry.actor.role && `, ${entry.actor.role}`}
        {entry.actor.via && `, by ${entry.actor.via}`}; {whole(entry.at)}
        {entry.reason && `. ${entry.reason}`}
      </p>
      <SimpleTable
        label="What is different"
        rows={differences(entry.before ?? {}, entry.after ?? {})}
        columns={[
          ["Field", (one) => one.path, "mono"],
          ["Before", (one) => <span className="break-all">{one.mine}</span>, "mono"],
          ["After", (one) => <span className="break-all">{one.theirs}</span>, "mono"],
        ]}
      />
    </div>
  );
}
