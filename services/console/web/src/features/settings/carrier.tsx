import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, basedOn, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";
import { Asked, Buttons } from "./parts";

type Row = Schemas["CarrierRow"];
const KEY = ["settings", "carriers"];

/** The accounts at the carrier over which calls come; their tokens are kept sealed and never shown. */
export function Carriers() {
  const mayChange = useMay("account");
  const [open, setOpen] = useState<Row | "new" | null>(null);
  return (
    <Asked label="Carrier" name={KEY} ask={() => data(api.GET("/api/v1/carriers", { params: { query: { limit: 200 } } }))}>
      {({ items }) => (
        <section aria-label="Carrier" className="grid gap-3 p-4">
          <div className="flex items-center gap-3">
            <p className="flex-1 text-muted">
              Accounts at Twilio whose calls come here. <a href="/docs/twilio" className="text-accent underline">How it is set up there</a>
            </p>
            {mayChange && (
              <Button kind="primary" onClick={() => setOpen("new")}>
                <Plus size={14} aria-hidden /> Carrier account
              </Button>
            )}
          </div>
          {items.length === 0 ? (
            <p className="text-muted">None: calls can be simulated, but none will come.</p>
          ) : (
            <SimpleTable
              label="Carrier accounts"
              rows={items}
              columns={[
                ["Account SID", ({ document }) => document.account_sid, "mono"],
                ["Token", ({ document }) => (document.token_next_sealed ? "Kept; the next one too" : "Kept")],
                ["Actions", (row) => mayChange && <Button kind="quiet" onClick={() => setOpen(row as Row)} aria-label={`Change ${row.document.account_sid}`}>Change</Button>],
              ]}
            />
          )}
          {open && <Form row={open === "new" ? null : open} onClose={() => setOpen(null)} />}
        </section>
      )}
    </Asked>
  );
}

function Form({ row, onClose }: { row: Row | null; onClose: () => void }) {
  const sid = row?.document.account_sid ?? "";
  const header = row ? (basedOn(row.version) as never) : undefined;
  const done = (text: string) => {
    toast(text, { detail: sid });
    void queries.invalidateQueries({ queryKey: KEY });
    onClose();
  };
  const draft = useDraft({ account_sid: sid, token: "", token_next: "" }, async ({ token_next, ...given }, key) => {
    const body = { ...given, token_next: token_next || null };
    if (row) await api.PUT("/api/v1/carriers/{account_sid}", { params: { path: { account_sid: sid }, header: header! }, body });
    else await api.POST("/api/v1/carriers", { body, headers: { "Idempotency-Key": key } });
    done("The carrier account is kept");
  });
  const [typed, setTyped] = useState("");
  const retire = useMutation({ mutationFn: () => api.DELETE("/api/v1/carriers/{account_sid}", { params: { path: { account_sid: sid }, header: header! } }), onSuccess: () => done("The carrier account is retired") });
  const fault = draft.fault ?? retire.error;
  return (
    <Dialog open onClose={onClose} title={row ? sid : "New carrier account"} about="The token checks who posts, and is kept sealed: nobody is shown it again.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void draft.submit();
        }}
      >
        {fault !== null && <p role="alert" className="text-bad">{sentence(fault)}</p>}
        {!row && <TextField label="Account SID" placeholder="AC…" autoFocus className="font-mono" value={draft.document.account_sid} onChange={(text) => draft.set("account_sid", text)} error={draft.error("account_sid")} />}
        <TextField label="Auth token" type="password" autoComplete="off" value={draft.document.token} onChange={(text) => draft.set("token", text)} error={draft.error("token")} />
        <TextField label="Next token" type="password" autoComplete="off" help="While it is being replaced at the carrier, both are good." value={draft.document.token_next} onChange={(text) => draft.set("token_next", text)} error={draft.error("token_next")} />
        {row && <TextField label="To retire it, type its SID" autoComplete="off" className="font-mono" value={typed} onChange={setTyped} />}
        <Buttons onClose={onClose} busy={draft.busy} word={row ? "Replace the tokens" : "Keep it"}>
          {row && (
            <Button kind="danger" disabled={typed !== sid} busy={retire.isPending} onClick={() => retire.mutate()} className="mr-auto">
              Retire it
            </Button>
          )}
        </Buttons>
      </form>
    </Dialog>
  );
}
