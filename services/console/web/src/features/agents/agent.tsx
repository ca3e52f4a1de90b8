import { Link, useParams } from "@tanstack/react-router";
import { useColleagues, useMyself } from "@/api/colleagues";
import { isProblem } from "@/api/errors";
import { useNames } from "@/api/names";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { duration, moment } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import { buttonLook } from "@/ui/button";
import { Elapsed } from "@/ui/elapsed";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Figures } from "./figures";
import { History } from "./history";
import { skillsOf, useAgent, useAgentsFresh, useCalls, useStates, useTimes, type Agent, type AgentCall } from "./queries";
import { Doing, StateButtons, StateNow, STATES } from "./states";

const NONE: readonly AgentCall[] = [];
const ABOVE = <Link to="/agents" search={{}} className="hover:text-text">Agents</Link>;

/** Whether one may put her into another state, and write of her calls. */
function useLooksAfter({ agent }: Agent | { agent: undefined }): boolean {
  const mayEdit = useMay("edit");
  const myself = useMyself();
  return mayEdit || (agent !== undefined && myself !== undefined && [agent.supervisor_id, agent.person_id].includes(myself.person_id));
}

/** One agent for who looks after her: what she does, did, and was. */
export function AgentPage() {
  const { id } = useParams({ from: "/agents/$id" });
  const agent = useAgent(id);
  const calls = useCalls(id);
  const states = useStates(id);
  const mayEdit = useMay("edit");
  const looksAfter = useLooksAfter(agent.data ?? { agent: undefined });
  useAgentsFresh();
  if (!agent.data)
    return (
      <Page title="Agent" above={ABOVE}>
        {isProblem(agent.error) && [404, 422].includes(agent.error.status) ? <Empty title="There is no such agent">She may have been retired.</Empty> : agent.error ? <Failed fault={agent.error} retry={() => void agent.refetch()} /> : <Loading />}
      </Page>
    );
  const one = agent.data;
  return (
    <Page
      title={one.name}
      above={ABOVE}
      count={<Doing agent={one} />}
      actions={
        <Link to="/targets/$id" params={{ id }} className={buttonLook()}>
          {mayEdit ? "Change her" : "How she is set up"}
        </Link>
      }
    >
      <Body label="Agent">
        <NowAndToday agent={one} looksAfter={looksAfter} />
        <section aria-label="Her calls" className="border-b border-line p-4">
          <h2 className="mb-3 font-semibold">Latest calls</h2>
          {calls.error && <Failed fault={calls.error} retry={() => void calls.refetch()} />}
          {calls.data?.length === 0 && <p className="text-muted">None were offered to her yet.</p>}
          {calls.data && calls.data.length > 0 && (
            <History
              whose={id}
              calls={calls.data ?? NONE}
              mayWrite={looksAfter}
              about={(call) => (
                <Link to="/calls/$callId" params={{ callId: call.call_id }} className="text-accent hover:underline">
                  Everything about the call
                </Link>
              )}
            />
          )}
        </section>
        <section aria-label="Her states" className="p-4">
          <h2 className="mb-3 font-semibold">States</h2>
          {states.error && <Failed fault={states.error} retry={() => void states.refetch()} />}
          {states.data?.length === 0 && <p className="text-muted">She has never signed in.</p>}
          {states.data && states.data.length > 0 && (
            <SimpleTable
              label="States"
              rows={states.data}
              columns={[
                ["From", (state) => moment(state.at)],
                ["State", (state) => <State tone={STATES[state.state].tone}>{said(state.state)}</State>],
                ["Lasted", (state) => (state.until ? duration((new Date(state.until).getTime() - new Date(state.at).getTime()) / 1000) : <Elapsed since={state.at} />), "num"],
                ["Reason", (state) => <span className="break-words">{state.reason}</span>],
                ["By", (state) => state.by.name],
              ]}
            />
          )}
        </section>
      </Body>
    </Page>
  );
}

/** Beside the list: how she is, what she has and did today. */
export function AgentPeek({ agent }: { agent: Agent }) {
  return (
    <div className="-m-4">
      <NowAndToday agent={agent} looksAfter={useLooksAfter(agent)} narrow />
    </div>
  );
}

function NowAndToday({ agent, looksAfter, narrow = false }: { agent: Agent; looksAfter: boolean; narrow?: boolean }) {
  const times = useTimes();
  return (
    <>
      <section aria-label="State now" className="grid gap-3 border-b border-line p-4">
        <StateNow agent={agent} />
        {looksAfter && <StateButtons agent={agent} whose={agent.agent_id} needsReason />}
        <About agent={agent} />
      </section>
      {agent.with_her.length > 0 && <Current agent={agent} />}
      <section aria-label="Her day" className="border-b border-line p-4">
        <h2 className="mb-3 font-semibold">Today</h2>
        {times.error ? <Failed fault={times.error} retry={() => void times.refetch()} /> : <Figures times={times.data?.get(agent.agent_id)} narrow={narrow} />}
      </section>
    </>
  );
}

/** Whom she is signed in as, who looks after her, what she can. */
function About({ agent: one }: { agent: Agent }) {
  const { agent } = one;
  const skills = skillsOf(one);
  const people = new Map(useColleagues().map((one) => [one.person_id, one.name || one.email]));
  const name = (id: string | null | undefined) => (id ? (people.get(id) ?? "Somebody who has left") : "Nobody");
  return (
    <p className="text-sm text-muted">
      Signs in: {name(agent.person_id)}. Supervisor: {name(agent.supervisor_id)}. {skills.length > 0 ? `Skills: ${skills.join(", ")}.` : "No skills."} Takes {plural(agent.calls_at_once, "call")} at once, wraps up for {agent.wrap_up_seconds} s.
    </p>
  );
}

function Current({ agent }: { agent: Agent }) {
  const campaigns = new Map(useNames("campaigns").map((one) => [one.value, one.label]));
  return (
    <section aria-label="Calls with her" className="border-b border-line p-4">
      <h2 className="mb-3 font-semibold">With her now</h2>
      <SimpleTable
        label="Calls with her now"
        rows={agent.with_her}
        columns={[
          [
            "Call",
            (call) => (
              <Link to="/calls/$callId" params={{ callId: call.call_id }} className="text-accent hover:underline">
                Caller and tags
              </Link>
            ),
          ],
          ["Campaign", (call) => campaigns.get(call.campaign_id)],
          ["For", (call) => <Elapsed since={call.since} />, "num"],
        ]}
      />
    </section>
  );
}
