import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { OpenDispute } from "@/app/dispute";
import { money } from "@/lib/money";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { CheckField, TextField } from "@/ui/field";
import { FilterOne, Filters } from "@/ui/filters";
import { Empty } from "@/ui/page";
import type { Column } from "@/ui/table";
import { toast } from "@/ui/toast";
import type { ViewProps } from "./list";
import { usePages } from "./pages";
import { Rows } from "./rows";
import { DISPUTES } from "./search";

type Dispute = Schemas["Dispute"];
const KEY = ["disputes"];
const PAGE = 100;
const TONES: Record<Schemas["DisputeState"], Tone> = { open: "warn", accepted: "ok", refused: "calm" };

const COLUMNS: readonly Column<Dispute>[] = [
  { id: "opened", head: "Opened", width: 110, cell: (one) => <span title={whole(one.opened_at)}>{moment(one.opened_at)}</span> },
  { id: "state", head: "State", width: 100, cell: (one) => <State tone={TONES[one.state]}>{said(one.state)}</State> },
  { id: "party", head: "Buyer", width: 180, cell: (one) => one.party.name || one.party.id },
  { id: "money", head: "About", width: 90, num: true, cell: (one) => money(String(one.money.amount), one.money.currency) },
  { id: "reason", head: "Because", width: 240, cell: (one) => one.reason },
  { id: "by", head: "By", width: 160, cell: (one) => one.opened_by },
  { id: "call", head: "Call", width: 70, cell: (one) => <Link to="/calls/$callId" params={{ callId: one.call_id }} className="hover:underline">Call</Link> },
  { id: "answer", head: "Answer", width: 220, cell: (one) => one.answer && `${one.answer} (${one.decided_by})` },
];

const fresh = () => queries.invalidateQueries({ queryKey: KEY });

/** What buyers say they do not owe, and what was decided of it. */
export function DisputeView({ search, onChange, onClear }: ViewProps) {
  const mayEdit = useMay("edit");
  const [deciding, setDeciding] = useState<Dispute | null>(null);
  const [opening, setOpening] = useState(false);
  const found = usePages(
    [...KEY, search.dispute],
    (cursor) => data(api.GET("/api/v1/disputes", { params: { query: { limit: PAGE, ...(search.dispute && { state: search.dispute }), ...(cursor && { cursor }) } } })) as Promise<Schemas["Disputes"]>,
    (page) => page.disputes,
  );
  return (
    <>
      <Filters onClear={onClear}>
        <FilterOne label="State" none="Any state" choices={DISPUTES.map((value) => ({ value, label: said(value) }))} value={search.dispute} onChange={(state) => onChange({ dispute: state as Schemas["DisputeState"] })} />
        {mayEdit && <Button onClick={() => setOpening(true)}>Dispute a call</Button>}
      </Filters>
      <Rows
        name="Disputes"
        found={found}
        columns={COLUMNS}
        rowKey={(one) => one.id}
        onOpen={(one) => mayEdit && one.state === "open" && setDeciding(one)}
        empty={<Empty title="No disputes">A buyer who says that a call is owed for wrongly disputes it; you decide, once, with a reason.</Empty>}
      />
      {deciding && <Decide one={deciding} onClose={() => setDeciding(null)} />}
      {opening && <OpenDispute onClose={() => setOpening(false)} />}
    </>
  );
}

function Decide({ one, onClose }: { one: Dispute; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [clawBack, setClawBack] = useState(true);
  const decide = useMutation({
    mutationFn: (accept: boolean) => api.POST("/api/v1/disputes/{dispute_id}/decision", { params: { path: { dispute_id: one.id } }, body: { accept, reason, claw_back: clawBack } }),
    onSuccess: (_, accept) => {
      toast(accept ? "The dispute is accepted: the amount is taken back" : "The dispute is refused");
      void fresh();
      onClose();
    },
  });
  const errors = fieldErrors(decide.error);
  return (
    <Dialog open onClose={onClose} title={`${money(String(one.money.amount), one.money.currency)} disputed by ${one.party.name || one.opened_by}`} about={one.reason}>
      <div className="grid gap-4">
        {decide.error && <p role="alert" className="text-bad">{sentence(decide.error)}</p>}
        <TextField label="Reason of the decision" autoFocus value={reason} onChange={setReason} error={errors["reason"]} />
        <CheckField label="If accepted, the publisher loses the same part of its payout" value={clawBack} onChange={setClawBack} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button busy={decide.isPending} onClick={() => decide.mutate(false)}>
            Refuse it
          </Button>
          <Button kind="primary" busy={decide.isPending} onClick={() => decide.mutate(true)}>
            Accept it
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
