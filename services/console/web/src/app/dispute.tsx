import { api, queries } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { USUAL } from "@/lib/money";
import { Button } from "@/ui/button";
import { CheckField, TextField } from "@/ui/field";
import { Dialog } from "@/ui/dialog";
import { toast } from "@/ui/toast";
import { MoneyField } from "./editors/money";

/** Dispute what a buyer owes for a call: one that is named, or one whose id is typed. */
export function OpenDispute({ callId = "", onClose }: { callId?: string; onClose: () => void }) {
  const draft = useDraft({ call_id: callId, reason: "", partly: false, money: { amount: "", currency: USUAL } }, async ({ call_id, reason, partly, money }, key) => {
    await api.POST("/api/v1/calls/{call_id}/disputes", { params: { path: { call_id: call_id.trim() } }, body: { reason, money: partly ? money : null }, headers: { "Idempotency-Key": key } });
    toast("The dispute is open");
    onClose();
    await Promise.all([queries.invalidateQueries({ queryKey: ["disputes"] }), queries.invalidateQueries({ queryKey: ["calls", call_id] })]);
  });
  return (
    <Dialog open onClose={onClose} title="Dispute a call" about="On behalf of the buyer who owes for it. Somebody decides it under Tracking, Disputes.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        {callId === "" && <TextField label="Id of the call" required autoFocus className="font-mono" value={draft.document.call_id} onChange={(text) => draft.set("call_id", text)} error={draft.error("call_id")} />}
        <TextField label="Because" autoFocus={callId !== ""} value={draft.document.reason} onChange={(text) => draft.set("reason", text)} error={draft.error("reason")} />
        <CheckField label="Only a part of what is owed" value={draft.document.partly} onChange={(on) => draft.set("partly", on)} />
        {draft.document.partly && <MoneyField label="Amount" form={draft} path="money" />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={draft.busy}>
            Open it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
