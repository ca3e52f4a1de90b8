import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { useDraft } from "@/api/draft";
import { sentence } from "@/api/errors";
import { Failed } from "@/app/failed";
import { ago, whole } from "@/lib/time";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Section, TextField } from "@/ui/field";
import { Body, Loading } from "@/ui/page";
import { Progress } from "@/ui/progress";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";

type Erasure = Schemas["Erasure"];
const KEY = ["settings", "erasures"];
const AGAIN_MS = 2_000;
/** Who is asked, one after the other. */
const OWNERS = ["router", "rtb", "flows", "tracking", "console"];

/** Callers who want to be forgotten: who was, who is being, and one more. */
export function Erasures() {
  const asked = useQuery({
    queryKey: KEY,
    queryFn: () => data(api.GET("/api/v1/erasures", {})),
    refetchInterval: ({ state }) => (state.data?.some((one) => one.state === "under_way") ? AGAIN_MS : false),
  });
  const [begun, setBegun] = useState(0);
  return (
    <Body label="Erasures">
      <Form key={begun} onBegun={() => setBegun(begun + 1)} />
      {asked.error && <Failed fault={asked.error} retry={() => void asked.refetch()} />}
      {asked.isPending && !asked.error && <Loading />}
      {asked.data && <Asked erasures={asked.data} />}
    </Body>
  );
}

function Asked({ erasures }: { erasures: Erasure[] }) {
  return (
    <section aria-label="Asked for" className="grid gap-3 p-4">
      <h2 className="font-medium">Asked for</h2>
      {erasures.length === 0 ? (
        <p className="text-muted">Nobody has asked to be forgotten.</p>
      ) : (
        <SimpleTable
          label="Erasures"
          rows={erasures}
          columns={[
            ["Why", (one) => one.reason],
            ["Asked", (one) => <span title={whole(one.asked_at)}>{`${ago(one.asked_at)} by ${one.asked_by}`}</span>],
            ["State", (one) => <HowFar one={one} />],
            ["Rows changed", (one) => Object.values(one.rows).reduce((sum, rows) => sum + rows, 0)],
            ["Stands there now", (one) => one.instead, "mono"],
          ]}
        />
      )}
    </section>
  );
}

function HowFar({ one }: { one: Erasure }) {
  if (one.state === "done") return <State tone="ok">Done</State>;
  return (
    <span className="grid gap-1">
      <State tone={one.note ? "warn" : "live"}>{one.note ? "Waits" : "Under way"}</State>
      <Progress label="Services that are done" done={OWNERS.indexOf(one.owner)} of={OWNERS.length} />
      {one.note && <span className="text-muted">{one.note}</span>}
    </span>
  );
}

function Form({ onBegun }: { onBegun: () => void }) {
  const [typed, setTyped] = useState("");
  const draft = useDraft({ number: "", reason: "" }, async (body, key) => {
    await api.POST("/api/v1/erasures", { body, headers: { "Idempotency-Key": key } });
    toast("It is begun", { detail: "Leave the page if you like." });
    await queries.invalidateQueries({ queryKey: KEY });
    onBegun();
  });
  const { number, reason } = draft.document;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void draft.submit();
      }}
    >
      <Section title="Forget a caller" about="Another number takes the place of hers in all calls, decisions, histories, bids, tags and in the audit log. Her recordings and what was written down of them are deleted. Calls, sums and books stay. It cannot be undone.">
        {draft.fault !== null && <p role="alert" className="text-bad">{sentence(draft.fault)}</p>}
        <TextField label="Her number" placeholder="+1…" autoComplete="off" className="font-mono" value={number} onChange={(text) => draft.set("number", text)} error={draft.error("number")} />
        <TextField label="Why" help="Stands in the audit log, without her number." value={reason} onChange={(text) => draft.set("reason", text)} error={draft.error("reason")} />
        <TextField label="To confirm, type her number again" autoComplete="off" className="font-mono" value={typed} onChange={setTyped} />
        <div>
          <Button type="submit" kind="danger" disabled={number === "" || typed !== number} busy={draft.busy}>
            Forget her
          </Button>
        </div>
      </Section>
    </form>
  );
}
