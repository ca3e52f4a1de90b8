import { useState } from "react";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Elapsed } from "@/ui/elapsed";
import { TextField } from "@/ui/field";
import { usePutState, type Agent, type AgentState, type Whose } from "./queries";

/** The states in the order in which one goes through a shift, and what going into each is called. */
export const STATES: Record<AgentState, { tone: Tone; go: string; about: string }> = {
  available: { tone: "ok", go: "Available", about: "Calls reach you." },
  busy: { tone: "warn", go: "Busy", about: "You are here, and get no calls." },
  on_break: { tone: "warn", go: "On break", about: "You are away for a while." },
  training: { tone: "live", go: "Training", about: "You are learning, and get no calls." },
  offline: { tone: "calm", go: "Sign out", about: "You are not at work." },
};
export const STATE_NAMES = Object.keys(STATES) as AgentState[];

/** What she does now: a call goes before what she has said of herself. */
export function Doing({ agent }: { agent: Agent }) {
  if (agent.calls > 0) return <State tone="live">On a call</State>;
  if (agent.wrap_up_until) return <State tone="live">Wrapping up</State>;
  return <State tone={STATES[agent.state].tone}>{said(agent.state)}</State>;
}

/** The state, since when, by whose word and why. */
export function StateNow({ agent }: { agent: Agent }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2" role="status">
      <State tone={STATES[agent.state].tone}>{said(agent.state)}</State>
      {agent.since && (
        <span className="text-muted tabular-nums" aria-hidden>
          for <Elapsed since={agent.since} />
        </span>
      )}
      {agent.reason && <span className="min-w-0 break-words">“{agent.reason}”</span>}
      {agent.by && <span className="text-muted">by {agent.by}</span>}
    </p>
  );
}

/** Going from state to state; `needsReason`: of another, which stands in her log. */
export function StateButtons({ agent, whose, needsReason = false }: { agent: Agent; whose: Whose; needsReason?: boolean }) {
  const [reason, setReason] = useState("");
  const put = usePutState(whose);
  const missing = needsReason && reason.trim() === "";
  const go = (state: AgentState) => put.mutate({ state, reason }, { onSuccess: () => setReason("") });
  return (
    <div className="grid max-w-xl gap-3">
      <TextField label={needsReason ? "Why" : "Reason, if there is one"} help={needsReason ? "It stands in her log, with your name." : undefined} value={reason} onChange={setReason} maxLength={500} />
      <div role="group" aria-label="State" className="flex flex-wrap gap-2">
        {STATE_NAMES.map((state) => (
          <Button
            key={state}
            kind={state === "available" && agent.state !== "available" && !needsReason ? "primary" : "plain"}
            aria-pressed={state === agent.state}
            title={needsReason ? undefined : STATES[state].about}
            busy={put.isPending}
            disabled={missing}
            onClick={() => go(state)}
            className="aria-pressed:border-accent aria-pressed:bg-raised"
          >
            {state === "available" && agent.state === "offline" && !needsReason ? "Sign in" : needsReason ? said(state) : STATES[state].go}
          </Button>
        ))}
      </div>
    </div>
  );
}
