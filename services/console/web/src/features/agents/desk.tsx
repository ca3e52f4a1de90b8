import { useCallback, useState } from "react";
import { isProblem } from "@/api/errors";
import { Failed } from "@/app/failed";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { AboutCall, CallCard, keyOf } from "./call-card";
import { Figures } from "./figures";
import { dispositionsOf, History } from "./history";
import { ME, useAgent, useCalls, useDeskFresh, useOwnTimes, type AgentCall } from "./queries";
import { Doing, StateButtons, StateNow } from "./states";

const NONE: readonly AgentCall[] = [];

/** Where an agent works: her state, the call that she has, and what she says of it. */
export function Desk() {
  const me = useAgent(ME);
  const calls = useCalls(ME, me.isSuccess);
  const times = useOwnTimes(me.isSuccess);
  const [written, setWritten] = useState<ReadonlySet<string>>(new Set());
  useDeskFresh();
  const onDirty = useCallback((key: string, dirty: boolean) => setWritten((before) => (before.has(key) === dirty ? before : new Set(dirty ? [...before, key] : [...before].filter((one) => one !== key)))), []);
  if (!me.data)
    return (
      <Page title="My desk">
        {isProblem(me.error) && me.error.status === 404 ? (
          <Empty title="You are no agent yet">Whoever sets up the account's agents names you as the person of one. Then calls can reach you here.</Empty>
        ) : me.error ? (
          <Failed fault={me.error} retry={() => void me.refetch()} />
        ) : (
          <Loading />
        )}
      </Page>
    );
  const known = calls.data ?? NONE;
  // By the router's word, not by this machine's clock. A wrap-up that is over stays here as long as something is typed: nothing is lost.
  const wraps = me.data.wrap_up_until != null;
  const isOpen = (call: AgentCall) => call.ended_at == null || written.has(keyOf(call)) || (wraps && call.wrapped_at == null && call.wrap_up_until != null);
  const open = known.filter(isOpen);
  const dispositions = dispositionsOf(known);
  const rings = open.some((call) => call.ended_at == null);
  return (
    <Page title={rings ? "My desk: a call" : "My desk"} count={me.data.name} actions={<Doing agent={me.data} />}>
      <Body label="My desk">
        <section aria-label="My state" className="grid gap-3 border-b border-line p-4">
          <StateNow agent={me.data} />
          <StateButtons agent={me.data} whose={ME} />
        </section>
        {calls.error && <Failed fault={calls.error} retry={() => void calls.refetch()} />}
        {open.map((call) => (
          <CallCard key={keyOf(call)} call={call} dispositions={dispositions} onDirty={onDirty} />
        ))}
        {calls.data && open.length === 0 && <p className="border-b border-line p-4 text-muted">{me.data.state === "available" ? "No call now. The next one appears here as it rings." : "Calls reach you once you are available."}</p>}
        <section aria-label="My day" className="border-b border-line p-4">
          <h2 className="mb-3 font-semibold">Today</h2>
          {times.error ? <Failed fault={times.error} retry={() => void times.refetch()} /> : <Figures times={times.data} />}
        </section>
        {known.length > 0 && (
          <section aria-label="My calls" className="p-4">
            <h2 className="mb-3 font-semibold">My latest calls</h2>
            <History whose={ME} calls={known} about={(call) => <AboutCall callId={call.call_id} />} />
          </section>
        )}
      </Body>
    </Page>
  );
}
