import { Failed } from "@/app/failed";
import { isProblem } from "@/api/errors";
import { phone } from "@/lib/phone";
import { moment } from "@/lib/time";
import { State } from "@/ui/badge";
import { Elapsed, Left } from "@/ui/elapsed";
import { Loading } from "@/ui/page";
import { ME, useOwnCall, type AgentCall } from "./queries";
import { WrapUpForm } from "./wrap-up";

/** Who calls, and with which tags, as soon as that is recorded. */
export function AboutCall({ callId }: { callId: string }) {
  const asked = useOwnCall(callId);
  if (asked.error) return isProblem(asked.error) && asked.error.status === 404 ? <p className="text-muted">It is being recorded.</p> : <Failed fault={asked.error} retry={() => void asked.refetch()} />;
  if (!asked.data) return <Loading rows={3} />;
  const call = asked.data;
  const told: [string, string][] = [
    ["Caller", phone(call.caller?.text) || "Withheld"],
    ["From", [call.geography.city, call.geography.state, call.geography.country].filter(Boolean).join(", ") || "Unknown"],
    ["Campaign", call.campaign_name || "None"],
    ["Dialled", phone(call.dialled) || "Unknown"],
    ["Came", moment(call.arrived_at) || "Unknown"],
  ];
  return (
    <>
      <Pairs label="The caller" pairs={told} />
      <h3 className="mt-4 mb-2 font-semibold">Tags</h3>
      {Object.keys(call.tags).length > 0 ? <Pairs label="Tags" pairs={Object.entries(call.tags)} mono /> : <p className="text-muted">None are known.</p>}
    </>
  );
}

function Pairs({ label, pairs, mono = false }: { label: string; pairs: [string, string][]; mono?: boolean }) {
  return (
    <dl aria-label={label} className="grid grid-cols-[minmax(80px,auto)_1fr] gap-x-4 gap-y-1">
      {pairs.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className={mono ? "font-mono text-sm break-all text-muted" : "text-muted"}>{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A call that she has, or wraps up: who it is on one side, what she says of it on the other. */
export function CallCard({ call, dispositions, onDirty }: { call: AgentCall; dispositions: readonly string[]; onDirty: (key: string, dirty: boolean) => void }) {
  return (
    <section aria-label={call.ended_at == null ? "Call" : "Call to wrap up"} className="border-b border-line p-4">
      <h2 className="mb-3 flex flex-wrap items-center gap-x-3 text-lg font-semibold">
        <Stage call={call} />
      </h2>
      <div className="grid gap-6 md:grid-cols-2">
        <div className="min-w-0">
          <AboutCall callId={call.call_id} />
        </div>
        <WrapUpForm whose={ME} call={call} dispositions={dispositions} onDirty={(dirty) => onDirty(keyOf(call), dirty)} />
      </div>
    </section>
  );
}

export const keyOf = (call: AgentCall): string => `${call.call_id}/${call.step}`;

function Stage({ call }: { call: AgentCall }) {
  if (call.ended_at == null)
    return (
      <>
        <State tone="live">On the line</State>
        <span className="font-normal text-muted tabular-nums">
          <Elapsed since={call.offered_at} />
        </span>
      </>
    );
  if (call.wrapped_at != null || call.wrap_up_until == null) return <span>The call is over. What you say of it is still kept.</span>;
  return (
    <>
      <State tone="warn">Wrap it up</State>
      <span className="font-normal text-muted tabular-nums">
        <Left until={call.wrap_up_until} /> left
      </span>
    </>
  );
}
