import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState, type FormEvent } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { duration, moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { Peek } from "@/ui/dialog";
import { TextField } from "@/ui/field";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";

type Call = Schemas["PartyCalls"]["calls"][number];

const PAGE = 50;

const callerOf = (call: Call): string => (call.caller?.text ? phone(call.caller.text) : call.geography.state || "");
const owedOf = (call: Call): string => (call.party === "buyer" ? call.charges : call.payouts).map((one) => money(String(one.amount), one.currency)).join(", ");
const secondsOf = (call: Call): number => (call.party === "buyer" ? call.legs.reduce((sum, leg) => sum + (leg.seconds ?? 0), 0) : (call.talk_seconds ?? 0));
const outcomeOf = (call: Call): string => (call.party === "buyer" ? said(call.legs.at(-1)?.status) : said(call.status));

/** The calls that a buyer or publisher has a part in, the newest first. */
export function OwnCalls() {
  const [open, setOpen] = useState<Call | null>(null);
  const calls = useInfiniteQuery({
    queryKey: ["portal", "calls"],
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/calls", { params: { query: { limit: PAGE, ...(pageParam && { cursor: pageParam }) } } })) as Promise<Schemas["PartyCalls"]>,
    initialPageParam: "",
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
  const rows = calls.data?.pages.flatMap((page) => page.calls) ?? [];
  return (
    <Page
      title="Calls"
      count={calls.data && `${rows.length}${calls.hasNextPage ? "+" : ""}`}
      actions={
        <a href="/api/v1/calls/csv" download className={buttonLook()}>
          <Download size={14} aria-hidden /> Export
        </a>
      }
    >
      <Body label="Calls of ours">
        {calls.error && <Failed fault={calls.error} retry={() => void calls.refetch()} />}
        {calls.isPending && !calls.error && <Loading />}
        {calls.data && rows.length === 0 && <Empty title="No calls yet">Every call that concerns you is listed here.</Empty>}
        {rows.length > 0 && (
          <div className="grid gap-3 p-4">
            <SimpleTable
              label="Calls"
              rows={rows}
              columns={[
                ["Started", (call) => (
                    <button type="button" onClick={() => setOpen(call)} className="min-h-6 whitespace-nowrap tabular-nums hover:underline">
                      {moment(call.arrived_at) || "Unknown"}
                    </button>
                  )],
                ["Campaign", (call) => call.campaign_name],
                ["From", callerOf, "mono"],
                ["Outcome", outcomeOf],
                ["Talked", (call) => duration(secondsOf(call)), "num"],
                ["Converted", (call) => (call.converted ? <State tone="ok">Yes</State> : "No")],
                ["Amount", owedOf, "num"],
              ]}
            />
            {calls.hasNextPage && (
              <Button onClick={() => void calls.fetchNextPage()} busy={calls.isFetchingNextPage}>
                Show more
              </Button>
            )}
          </div>
        )}
      </Body>
      <Peek open={open !== null} onClose={() => setOpen(null)} title={open ? `Call of ${open.arrived_at ? whole(open.arrived_at) : "unknown time"}` : "Call"}>
        {open && <Detail key={open.call_id} call={open} />}
      </Peek>
    </Page>
  );
}

function Detail({ call }: { call: Call }) {
  return (
    <div className="grid gap-4">
      <p>
        {call.campaign_name || "No campaign"}
        {callerOf(call) && `, from ${callerOf(call)}`}. {call.converted ? `Converted: ${owedOf(call) || "nothing is owed"}.` : "Not converted."}
      </p>
      {call.party === "buyer" && (
        <SimpleTable
          label="Dialled"
          rows={call.legs}
          columns={[
            ["Target", (leg) => leg.target_name],
            ["Outcome", (leg) => said(leg.status)],
            ["Talked", (leg) => duration(leg.seconds), "num"],
          ]}
        />
      )}
      {call.recordings.map((one) => (
        <div key={one.recording_sid}>
          <p className="mb-1 text-muted">Recording, {duration(one.seconds) || "of unknown length"}</p>
          {!one.deleted_at && <audio controls preload="none" aria-label="Recording" src={`/api/v1/calls/${call.call_id}/recordings/${one.recording_sid}`} className="w-full" />}
          {one.transcript && <p className="mt-1 whitespace-pre-wrap">{one.transcript}</p>}
        </div>
      ))}
      {call.party === "buyer" && call.charges.length > 0 && <DisputeForm call={call} />}
    </div>
  );
}

/** Say that a charge is wrong; the account decides. */
function DisputeForm({ call }: { call: Call }) {
  const [reason, setReason] = useState("");
  const dispute = useMutation({
    mutationFn: () => data(api.POST("/api/v1/calls/{call_id}/disputes", { params: { path: { call_id: call.call_id } }, body: { reason } })),
    onSuccess: () => {
      toast("The charge is disputed", { detail: "You will see what is decided with the statement." });
      setReason("");
      void queries.invalidateQueries({ queryKey: ["portal", "disputes"] });
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    dispute.mutate();
  };
  return (
    <form onSubmit={send} className="grid gap-3 border-t border-line pt-4">
      <TextField label="Why the charge is wrong" value={reason} onChange={setReason} required maxLength={500} error={dispute.error ? sentence(dispute.error) : undefined} />
      <div>
        <Button type="submit" busy={dispute.isPending}>
          Dispute
        </Button>
      </div>
    </form>
  );
}
