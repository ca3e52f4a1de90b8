import { useState, type ReactNode } from "react";
import { duration, moment } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Peek } from "@/ui/dialog";
import { SimpleTable } from "@/ui/simple-table";
import { keyOf } from "./call-card";
import type { AgentCall, Whose } from "./queries";
import { WrapUpForm } from "./wrap-up";

const TONES = { handled: "ok", missed: "bad", unknown: "live" } as const;
const SAID = { handled: "Handled", missed: "Missed", unknown: "Under way" };

/** What was said of calls so far, each once. */
export const dispositionsOf = (calls: readonly AgentCall[]): string[] => [...new Set(calls.map((call) => call.notes.disposition).filter((one): one is string => Boolean(one)))];

/** Her calls, the latest first; opened, what is said of one can be changed. */
export function History({ whose, calls, about, mayWrite = true }: { whose: Whose; calls: readonly AgentCall[]; about: (call: AgentCall) => ReactNode; mayWrite?: boolean }) {
  const [open, setOpen] = useState("");
  const call = calls.find((one) => keyOf(one) === open);
  return (
    <>
      <SimpleTable
        label="Calls"
        rows={calls}
        columns={[
          ["Offered", (one) => <button type="button" onClick={() => setOpen(keyOf(one))} className="min-h-6 text-accent hover:underline">{moment(one.offered_at)}</button>],
          ["Became", (one) => <State tone={TONES[one.became]}>{SAID[one.became]}</State>],
          ["Talked", (one) => duration(one.talk_seconds), "num"],
          ["What came of it", (one) => one.notes.disposition || <span className="text-muted">Nothing said</span>],
          ["Rating", (one) => (one.notes.rating ? `${one.notes.rating} of 5` : ""), "num"],
          ["Notes", (one) => <span className="line-clamp-2 max-w-96 break-words">{one.notes.notes}</span>],
        ]}
      />
      <Peek open={call !== undefined} onClose={() => setOpen("")} title={call ? `${said(SAID[call.became])}, ${moment(call.offered_at)}` : "Call"}>
        {call && (
          <div className="grid gap-4">
            {about(call)}
            {mayWrite ? <WrapUpForm key={keyOf(call)} whose={whose} call={call} dispositions={dispositionsOf(calls)} /> : <p className="break-words whitespace-pre-wrap">{call.notes.notes}</p>}
          </div>
        )}
      </Peek>
    </>
  );
}
