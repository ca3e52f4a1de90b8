import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, Printer } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { usePortal } from "@/api/session";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { moment } from "@/lib/time";
import { said } from "@/lib/words";
import { Button, buttonLook } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { months, timeOf } from "./months";

/** What was owed in a month: sums, entries, and what is disputed. */
export function OwnStatement() {
  const portal = usePortal();
  const choices = months(new Date());
  const [month, setMonth] = useState(choices[0]!.value);
  const time = timeOf(month);
  const file = new URLSearchParams(time).toString();
  const statement = useQuery({ queryKey: ["portal", "statement", month], queryFn: () => data(api.GET("/api/v1/statements", { params: { query: time } })), retry: false });
  const none = isProblem(statement.error) && statement.error.status === 404;
  return (
    <Page
      title="Statement"
      actions={
        <>
          <SelectField label="Month" quiet value={month} onChange={setMonth} choices={choices} className="w-40" />
          <a href={`/api/v1/statements/csv?${file}`} download className={buttonLook()}>
            <Download size={14} aria-hidden /> CSV
          </a>
          <a href={`/api/v1/statements/page?${file}`} target="_blank" rel="noreferrer" className={buttonLook()}>
            <Printer size={14} aria-hidden /> To print
          </a>
        </>
      }
    >
      <Body label="Statement of the month">
        {none && <Empty title="Nothing yet">There were no dealings.</Empty>}
        {statement.error && !none && <Failed fault={statement.error} retry={() => void statement.refetch()} />}
        {statement.isPending && !statement.error && <Loading />}
        {statement.data && (
          <div className="grid gap-4 p-4">
            <p className="text-muted">{statement.data.closed ? "Closed." : "Not closed: late entries may still come."} Positive amounts are owed by you, negative ones to you.</p>
            <Sums statement={statement.data} />
            <Entries month={month} />
            {portal === "buyer" && <Disputes />}
          </div>
        )}
      </Body>
    </Page>
  );
}

function Sums({ statement }: { statement: Schemas["Statement"] }) {
  const rows = statement.sums.flatMap((sum) => [
    { what: "Opening balance", entries: "", amount: sum.opening, currency: sum.currency },
    ...sum.kinds.map((kind) => ({ what: said(kind.kind), entries: String(kind.entries), amount: kind.amount, currency: sum.currency })),
    { what: "Closing balance", entries: "", amount: sum.closing, currency: sum.currency },
  ]);
  return (
    <SimpleTable
      label="Sums"
      rows={rows}
      columns={[
        ["What", (one) => one.what],
        ["Entries", (one) => one.entries, "num"],
        ["Amount", (one) => money(String(one.amount), one.currency), "num"],
      ]}
    />
  );
}

function Entries({ month }: { month: string }) {
  const entries = useInfiniteQuery({
    queryKey: ["portal", "entries", month],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/ledger-entries", { params: { query: { ...timeOf(month), limit: 100, ...(pageParam && { cursor: pageParam }) } } })) as unknown as Promise<Schemas["PartyEntries"]>,
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
  if (entries.error) return <Failed fault={entries.error} retry={() => void entries.refetch()} />;
  const rows = entries.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <>
      <SimpleTable
        label="Entries"
        rows={rows}
        columns={[
          ["For", (one) => moment(one.belongs_at)],
          ["Booked", (one) => moment(one.booked_at)],
          ["What", (one) => `${said(one.kind)}${one.reverses ? ", taken back" : ""}${one.late ? ", late" : ""}`],
          ["Note", (one) => one.reason],
          ["Amount", (one) => money(String(one.money.amount), one.money.currency), "num"],
        ]}
      />
      {entries.hasNextPage && (
        <Button onClick={() => void entries.fetchNextPage()} busy={entries.isFetchingNextPage}>
          Show more entries
        </Button>
      )}
    </>
  );
}

function Disputes() {
  const disputes = useQuery({ queryKey: ["portal", "disputes"], queryFn: () => data(api.GET("/api/v1/disputes", { params: { query: { limit: 100 } } })) as unknown as Promise<Schemas["PartyDisputes"]> });
  if (disputes.error) return <Failed fault={disputes.error} retry={() => void disputes.refetch()} />;
  if (!disputes.data || disputes.data.disputes.length === 0) return null;
  return (
    <SimpleTable
      label="Disputes"
      rows={disputes.data.disputes}
      columns={[
        ["Opened", (one) => moment(one.opened_at)],
        ["State", (one) => said(one.state)],
        ["Reason", (one) => one.reason],
        ["Answer", (one) => one.answer ?? ""],
        ["Amount", (one) => money(String(one.money.amount), one.money.currency), "num"],
      ]}
    />
  );
}
