import { useState } from "react";
import { api, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { MoneyField } from "@/app/editors/money";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField, type Choice } from "@/ui/field";
import { toast } from "@/ui/toast";
import { money, USUAL } from "@/lib/money";

interface Props {
  book: Schemas["PartyKind"];
  party: string | undefined;
  parties: readonly Choice[];
}

/** Money that changed hands with a party, or a correction: an entry of its balance beside calls. */
export function BookBeside(props: Props) {
  const mayEdit = useMay("edit");
  const [open, setOpen] = useState(false);
  if (!mayEdit) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Payment or correction</Button>
      {open && <Booking {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

const KINDS = [
  { value: "payment", label: "A payment" },
  { value: "adjustment", label: "A correction" },
];

function Booking({ book, party, parties, onClose }: Props & { onClose: () => void }) {
  const fresh = { book, party: party ?? "", kind: "payment" as Schemas["AdjustmentKind"], money: { amount: "", currency: USUAL }, reason: "" };
  const draft = useDraft(fresh, async (body, key) => {
    const { data: booked } = await api.POST("/api/v1/balances/adjustments", { body, headers: { "Idempotency-Key": key } });
    toast("It is booked", { detail: booked && `The balance is ${money(String(booked.balance.amount), booked.balance.currency)} now` });
    onClose();
    await Promise.all(["balances", "statements"].map((name) => queries.invalidateQueries({ queryKey: [name] })));
  });
  return (
    <Dialog open onClose={onClose} title="Payment or correction" about="An entry of the balance beside calls. Above zero, they owe us more; below zero, less: a payment that came in from a buyer is below zero.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <SelectField label="With" value={draft.document.party} choices={[{ value: "", label: `Choose a ${book}` }, ...parties]} onChange={(id) => draft.set("party", id)} error={draft.error("party")} />
        <SelectField label="What it is" value={draft.document.kind} choices={KINDS} onChange={(kind) => draft.set("kind", kind)} error={draft.error("kind")} />
        <MoneyField label="Amount" form={draft} path="money" />
        <TextField label="Because" help="An invoice's number, a wire's." value={draft.document.reason} onChange={(text) => draft.set("reason", text)} error={draft.error("reason")} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={draft.busy}>
            Book it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
