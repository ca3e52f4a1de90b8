import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { all } from "@/api/pages";
import { useMay } from "@/api/session";
import { Known } from "@/app/known";
import { money } from "@/lib/money";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Code } from "@/ui/code";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { FilterOne, Filters } from "@/ui/filters";
import { Empty } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import type { Column } from "@/ui/table";
import { toast } from "@/ui/toast";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { Rows } from "./rows";
import { POSTED } from "./search";

type Postback = Schemas["Postback"];
type Key = Schemas["PostbackKeyRow"];
const KEYS = ["postback-keys"];
const PAGE = 100;
const TONES: Record<Schemas["PostbackOutcome"], Tone> = { kept: "ok", duplicate: "calm", refused: "bad" };

const COLUMNS: readonly Column<Postback>[] = [
  { id: "at", head: "When", width: 110, cell: (one) => <span title={whole(one.at)}>{moment(one.at)}</span> },
  { id: "outcome", head: "Outcome", width: 100, cell: (one) => <State tone={TONES[one.outcome]}>{said(one.outcome)}</State> },
  { id: "why", head: "Why", width: 260, cell: (one) => one.why },
  { id: "amount", head: "Amount", width: 90, num: true, cell: (one) => one.amount && money(String(one.amount.amount), one.amount.currency) },
  { id: "payout", head: "Payout", width: 90, num: true, cell: (one) => one.payout && money(String(one.payout.amount), one.payout.currency) },
  { id: "conversion", head: "Their id", width: 160, mono: true, cell: (one) => one.conversion_id },
  { id: "address", head: "From", width: 140, mono: true, cell: (one) => one.address },
  { id: "call", head: "Call", width: 70, cell: (one) => one.call_id && <Link to="/calls/$callId" params={{ callId: one.call_id }} className="hover:underline">Call</Link> },
];

/** What partners have posted to us, and the addresses at which they may. */
export function PostbackView({ search, onChange, onClear }: ViewProps) {
  const found = usePages(
    ["postbacks", search.posted],
    (cursor) => data(api.GET("/api/v1/postbacks", { params: { query: { limit: PAGE, ...(search.posted && { outcome: search.posted }), ...(cursor && { cursor }) } } })),
    (page) => page.postbacks,
  );
  return (
    <>
      <Addresses />
      <Filters onClear={onClear}>
        <FilterOne label="Outcome" none="Any outcome" choices={POSTED.map((value) => ({ value, label: said(value) }))} value={search.posted} onChange={(posted) => onChange({ posted: posted as Schemas["PostbackOutcome"] })} />
      </Filters>
      <Rows name="Postbacks" found={found} columns={COLUMNS} rowKey={(one) => one.postback_id} empty={<Empty title="No postbacks">What a partner posts of a call is listed here, also what was refused and why.</Empty>} />
    </>
  );
}

function Addresses() {
  const mayEdit = useMay("edit");
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Key | null>(null);
  useFresh(KEYS, ["postback_key."]);
  const asked = useQuery({ queryKey: KEYS, queryFn: () => all((at) => data(api.GET("/api/v1/postback-keys", { params: { query: at } }))) });
  return (
    <section aria-label="Addresses" className="grid shrink-0 gap-3 border-b border-line p-4">
      <div className="flex items-center gap-3">
        <h2 className="flex-1 font-semibold">Addresses for partners</h2>
        {mayEdit && <Button onClick={() => setMaking(true)}>New address</Button>}
      </div>
      <Known asked={asked} none="None: partners can only post by a call's own key.">
        {(keys) => (
          <SimpleTable
            label="Addresses for partners"
            rows={keys}
            columns={[
              ["Name", ({ document }) => document.name],
              ["Status", ({ document }) => <State tone={document.status === "active" ? "ok" : "calm"}>{said(document.status)}</State>],
              ["Actions", (row) => mayEdit && <Button kind="quiet" onClick={() => setShown(row)} aria-label={`Show ${row.document.name}`}>Show</Button>],
            ]}
          />
        )}
      </Known>
      {making && <Make onClose={() => setMaking(false)} onMade={setShown} />}
      {shown && <Shown row={shown} onClose={() => setShown(null)} />}
    </section>
  );
}

function Make({ onClose, onMade }: { onClose: () => void; onMade: (row: Key) => void }) {
  const draft = useDraft({ name: "" }, async (body, key) => {
    const made = await data(api.POST("/api/v1/postback-keys", { body: body as never, headers: { "Idempotency-Key": key } }));
    void queries.invalidateQueries({ queryKey: KEYS });
    onClose();
    onMade(made as Key);
  });
  return (
    <Dialog open onClose={onClose} title="New address" about="Whoever has it may post conversions of your calls.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <TextField label="Which partner" required autoFocus value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={draft.busy}>
            Make the address
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The address itself, which is a secret, and its end. */
function Shown({ row: { document, version }, onClose }: { row: Key; onClose: () => void }) {
  const path = { params: { path: { id: document.id } } };
  const asked = useQuery({ queryKey: [...KEYS, document.id, "address"], queryFn: () => data(api.GET("/api/v1/postback-keys/{id}/address", path)), gcTime: 0 });
  const [sure, setSure] = useState(false);
  const retire = useMutation({
    mutationFn: () => api.DELETE("/api/v1/postback-keys/{id}", { params: { ...path.params, header: basedOn(version) as never } }),
    onSuccess: () => {
      toast("The address is retired", { detail: document.name });
      void queries.invalidateQueries({ queryKey: KEYS });
      onClose();
    },
  });
  const fault = asked.error ?? retire.error;
  return (
    <Dialog open onClose={onClose} title={document.name} about="Give it to this partner alone.">
      <div className="grid gap-4">
        {fault && <p role="alert" className="text-bad">{sentence(fault)}</p>}
        {asked.data && <Code label="Address" text={asked.data.url} />}
        {asked.data && <Code label="Example" text={asked.data.example} />}
        <div className="flex justify-end gap-2">
          <Button kind="danger" busy={retire.isPending} onClick={() => (sure ? retire.mutate() : setSure(true))} className="mr-auto">
            {sure ? "Really: nobody can post there any more" : "Retire it"}
          </Button>
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
