import { useState } from "react";
import { api, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { OpenDispute } from "@/app/dispute";
import { MoneyField } from "@/app/editors/money";
import { USUAL } from "@/lib/money";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { SelectField, TextField } from "@/ui/field";
import { toast } from "@/ui/toast";

type Call = Schemas["CallRecord"];

/** What may be done about a call's money: dispute it for its buyer, or change what is owed. */
export function Amend({ call }: { call: Call }) {
  const mayEdit = useMay("edit");
  const [doing, setDoing] = useState<"dispute" | "adjust" | null>(null);
  if (!mayEdit) return null;
  const owed = call.effects.some((one) => one.kind === "revenue");
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      {owed && <Button onClick={() => setDoing("dispute")}>Dispute it</Button>}
      <Button onClick={() => setDoing("adjust")}>Change what is owed</Button>
      {doing === "dispute" && <OpenDispute callId={call.call_id} onClose={() => setDoing(null)} />}
      {doing === "adjust" && <Adjust call={call} onClose={() => setDoing(null)} />}
    </div>
  );
}

const KINDS = [
  { value: "revenue", label: "What the buyer owes" },
  { value: "payout", label: "What the publisher gets" },
];

function Adjust({ call, onClose }: { call: Call; onClose: () => void }) {
  const fresh = { kind: "revenue" as "revenue" | "payout", money: { amount: "", currency: call.worth[0]?.currency ?? USUAL }, reason: "" };
  const draft = useDraft(fresh, async (body, key) => {
    await api.POST("/api/v1/calls/{call_id}/adjustments", { params: { path: { call_id: call.call_id } }, body, headers: { "Idempotency-Key": key } });
    toast("What is owed is changed");
    onClose();
    await queries.invalidateQueries({ queryKey: ["calls", call.call_id] });
  });
  return (
    <Dialog open onClose={onClose} title="Change what is owed" about="By an entry more: nothing that was booked is changed. It stands in the call with its reason and your name.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <SelectField label="Change" value={draft.document.kind} choices={KINDS} onChange={(kind) => draft.set("kind", kind)} error={draft.error("kind")} />
        <MoneyField label="By" help="Below zero: so much less." form={draft} path="money" />
        <TextField label="Because" value={draft.document.reason} onChange={(text) => draft.set("reason", text)} error={draft.error("reason")} />
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
