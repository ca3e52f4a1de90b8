import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, Printer } from "lucide-react";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { fieldErrors, isProblem, sentence } from "@/api/errors";
import { useNames } from "@/api/names";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { moment, whole, ZONE } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { FilterOne, Filters } from "@/ui/filters";
import { Body, Loading } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { BookBeside } from "./book";
import type { ViewProps } from "./list";
import { months, monthSpan } from "./months";
import { BOOKS, type TrackingSearch } from "./search";

const BALANCES_MAX = 200;

/** Who owes what, the statement of one of them, and which time is closed. */
export function StatementView({ search, onChange, onClear }: ViewProps) {
  const mayExport = useMay("export");
  const book = search.book ?? "publisher";
  const parties = useNames(book === "buyer" ? "buyers" : "publishers");
  const offered = months(Date.now(), ZONE);
  const month = search.month ?? offered[0]!.value;
  const asked = { book, party: search.party ?? "", ...monthSpan(month, ZONE) };
  const address = new URLSearchParams(asked).toString();
  return (
    <>
      <Filters onClear={onClear}>
        <FilterOne label="Of" choices={BOOKS.map((value) => ({ value, label: `${said(value)}s` }))} value={book} onChange={(one) => onChange({ book: one as TrackingSearch["book"], party: undefined })} />
        <FilterOne label={said(book)} none="All: what each owes" choices={parties} value={search.party} onChange={(party) => onChange({ party })} />
        {search.party && <FilterOne label="Month" choices={offered} value={month} onChange={(one) => onChange({ month: one })} />}
        {search.party && mayExport && (
          <a href={`/api/v1/statements/csv?${address}`} download className={buttonLook()}>
            <Download size={14} aria-hidden /> Entries
          </a>
        )}
        {search.party && (
          <a href={`/api/v1/statements/page?${address}`} target="_blank" rel="noreferrer" className={buttonLook()}>
            <Printer size={14} aria-hidden /> To print
          </a>
        )}
        <BookBeside book={book} party={search.party} parties={parties} />
      </Filters>
      <Body label="Statements">
        {search.party ? <Statement asked={{ ...asked, party: search.party }} /> : <Balances book={book} onChoose={(party) => onChange({ party })} />}
        <Closings />
      </Body>
    </>
  );
}

function Balances({ book, onChoose }: { book: Schemas["PartyKind"]; onChoose: (party: string) => void }) {
  const asked = useQuery({ queryKey: ["balances", book], queryFn: () => data(api.GET("/api/v1/balances", { params: { query: { book: book as never, limit: BALANCES_MAX } } })) });
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={4} />;
  const { balances, cursor } = asked.data;
  return (
    <section aria-label="Balances" className="grid gap-3 p-4">
      <h2 className="font-semibold">What each owes us</h2>
      <p className="text-sm text-muted">An amount below zero is owed by us.</p>
      {balances.length === 0 ? (
        <p className="text-muted">Nothing is booked yet.</p>
      ) : (
        <SimpleTable
          label="Balances"
          rows={balances}
          columns={[
            [said(book), (one) => <button type="button" onClick={() => onChoose(one.party)} className="text-accent underline">{one.name || one.party}</button>],
            ["Balance", (one) => money(String(one.money.amount), one.money.currency), "num"],
            ["Entries", (one) => one.entries, "num"],
          ]}
        />
      )}
      {cursor && <p className="text-sm text-muted">Only the first {BALANCES_MAX} are shown: choose one above.</p>}
    </section>
  );
}

function Statement({ asked: query }: { asked: { book: Schemas["PartyKind"]; party: string; since: string; until: string } }) {
  const asked = useQuery({ queryKey: ["statements", query], queryFn: () => data(api.GET("/api/v1/statements", { params: { query } })), placeholderData: (before) => before });
  if (isProblem(asked.error) && asked.error.status === 404) return <p className="p-4 text-muted">Nothing was ever booked for it.</p>;
  if (asked.error) return <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={4} />;
  const { name, closed, sums, since, until } = asked.data;
  return (
    <section aria-label="Statement" className="grid gap-3 p-4">
      <h2 className="flex flex-wrap items-center gap-3 font-semibold">
        {name || query.party} <State tone={closed ? "ok" : "live"}>{closed ? "Closed" : "Open"}</State>
      </h2>
      <p className="text-sm text-muted">
        {whole(since)} until {whole(until)}. {closed ? "It does not change any more." : "What comes until the time is closed changes it."}
      </p>
      {sums.length === 0 && <p className="text-muted">Nothing is booked in this time.</p>}
      {sums.map((sum) => (
        <div key={sum.currency} className="grid gap-2">
          <SimpleTable
            label={`In ${sum.currency}`}
            rows={[{ kind: "Owed before", amount: sum.opening, entries: null }, ...sum.kinds, { kind: "Owed after", amount: sum.closing, entries: null }]}
            columns={[
              [sum.currency, (one) => said(one.kind)],
              ["Entries", (one) => one.entries, "num"],
              ["Amount", (one) => money(one.amount, sum.currency), "num"],
            ]}
          />
          {sum.late > 0 && <p className="text-sm text-muted">{plural(sum.late, "entry", "entries")} of earlier, closed time came late.</p>}
        </div>
      ))}
    </section>
  );
}

function Closings() {
  const mayEdit = useMay("edit");
  const [closing, setClosing] = useState(false);
  const asked = useQuery({ queryKey: ["closings"], queryFn: () => data(api.GET("/api/v1/books/closings", {})) });
  return (
    <section aria-label="Closed times" className="grid gap-3 border-t border-line p-4">
      <div className="flex items-center gap-3">
        <h2 className="flex-1 font-semibold">Closed times</h2>
        {mayEdit && <Button onClick={() => setClosing(true)}>Close a time</Button>}
      </div>
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.data?.closings.length === 0 && <p className="text-muted">None: every statement may still change.</p>}
      {asked.data && asked.data.closings.length > 0 && (
        <SimpleTable
          label="Closings"
          rows={asked.data.closings}
          columns={[
            ["Closed until", (one) => whole(one.until)],
            ["Why", (one) => one.reason],
            ["By", (one) => `${one.actor}, ${moment(one.at)}`],
          ]}
        />
      )}
      {closing && <Close onClose={() => setClosing(false)} />}
    </section>
  );
}

function Close({ onClose }: { onClose: () => void }) {
  const offered = months(Date.now(), ZONE);
  const [reason, setReason] = useState(offered[1]!.label);
  const until = monthSpan(offered[0]!.value, ZONE).since;
  const close = useMutation({
    mutationFn: () => api.POST("/api/v1/books/closings", { body: { until, reason } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["closings"] });
      void queries.invalidateQueries({ queryKey: ["statements"] });
      toast("The time is closed");
      onClose();
    },
  });
  const errors = fieldErrors(close.error);
  return (
    <Dialog open onClose={onClose} title={`Close all time before ${whole(until)}?`} about="For good: what is heard of it later is booked when it comes. It cannot be opened again.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          close.mutate();
        }}
      >
        {close.error && <p role="alert" className="text-bad">{sentence(close.error)}</p>}
        <TextField label="Why" value={reason} onChange={setReason} error={errors["reason"] ?? errors["until"]} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" busy={close.isPending}>
            Close it for good
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
