import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo } from "react";
import { useMyself } from "@/api/colleagues";
import { useNames } from "@/api/names";
import { useMay } from "@/api/session";
import { Failed } from "@/app/failed";
import { PeekTable } from "@/app/peek-table";
import { short } from "@/lib/search";
import { duration } from "@/lib/time";
import { said } from "@/lib/words";
import { Button, buttonLook } from "@/ui/button";
import { Elapsed, Left } from "@/ui/elapsed";
import { FilterOne, Filters, FilterText } from "@/ui/filters";
import { Empty, Loading, Page } from "@/ui/page";
import type { Column } from "@/ui/table";
import { AgentPeek } from "./agent";
import { skillsOf, useAgents, useAgentsFresh, useTimes, type Agent, type Times } from "./queries";
import type { AgentSearch } from "./search";
import { Doing, STATE_NAMES } from "./states";

const NONE: readonly Agent[] = [];

/** Everybody who takes calls for the account, as she is now. */
export function AgentList() {
  const { mine, open, ...search } = useSearch({ from: "/agents" });
  const navigate = useNavigate();
  const mayEdit = useMay("edit");
  const myself = useMyself();
  const agents = useAgents({ ...search, ...(mine && myself && { supervisor_id: myself.person_id }) }, !mine || myself !== undefined);
  const times = useTimes();
  const campaigns = useNames("campaigns");
  useAgentsFresh();
  const columns = useMemo(() => columnsOf(times.data, new Map(campaigns.map((one) => [one.value, one.label]))), [times.data, campaigns]);
  const change = (more: Partial<AgentSearch>) => void navigate({ to: "/agents", search: short({ ...search, mine, open, ...more }), replace: true });
  const filtered = mine !== undefined || Object.keys(search).length > 0;
  const rows = agents.data ?? NONE;
  const there = rows.filter((one) => one.state === "available").length;
  return (
    <Page
      title="Agents"
      count={agents.data && `${rows.length}, ${there} available`}
      actions={
        <>
          {myself && rows.some((one) => one.agent.person_id === myself.person_id) && (
            <Link to="/desk" className={buttonLook()}>
              My desk
            </Link>
          )}
          {mayEdit && (
            <Link to="/targets/new" search={{ agent: true }} className={buttonLook("primary")}>
              <Plus size={14} aria-hidden /> New agent
            </Link>
          )}
        </>
      }
    >
      <Filters onClear={filtered ? () => change({ state: undefined, skill: undefined, mine: undefined }) : undefined}>
        <FilterText label="Skill" value={search.skill} onChange={(skill) => change({ skill })} />
        <FilterOne label="State" none="Any state" choices={STATE_NAMES.map((value) => ({ value, label: said(value) }))} value={search.state} onChange={(state) => change({ state: state as AgentSearch["state"] })} />
        <FilterOne label="Supervisor" none="Anybody" choices={[{ value: "mine", label: "Me" }]} value={mine ? "mine" : undefined} onChange={(one) => change({ mine: one ? true : undefined })} />
      </Filters>
      {agents.error && <Failed fault={agents.error} retry={() => void agents.refetch()} />}
      {agents.isPending && !agents.error && <Loading />}
      {agents.data && (
        <PeekTable
          name="Agents"
          columns={columns}
          rows={rows}
          rowKey={(one) => one.agent_id}
          open={open}
          onPeek={(id) => change({ open: id })}
          titleOf={(one) => one.name}
          page={(id) => `/agents/${id}`}
          empty={
            filtered ? (
              <Empty title="No agents match" action={<Button onClick={() => change({ state: undefined, skill: undefined, mine: undefined })}>Clear filters</Button>} />
            ) : (
              <Empty title="No agents yet">An agent is a target that is a person: she signs in, takes calls when she is available, and says what came of them. Make one, and add her to a campaign's plan.</Empty>
            )
          }
        >
          {(one) => <AgentPeek key={one.agent_id} agent={one} />}
        </PeekTable>
      )}
    </Page>
  );
}

const columnsOf = (times: ReadonlyMap<string, Times> | undefined, campaigns: ReadonlyMap<string, string>): readonly Column<Agent>[] => [
  { id: "name", head: "Name", width: 160, cell: (one) => <Link to="/agents/$id" params={{ id: one.agent_id }} className="hover:underline">{one.name}</Link> },
  { id: "doing", head: "Now", width: 110, cell: (one) => <Doing agent={one} /> },
  { id: "state", head: "State", width: 90, hidden: true, cell: (one) => said(one.state) },
  { id: "since", head: "Since", width: 80, num: true, cell: (one) => <Elapsed since={one.since} /> },
  { id: "reason", head: "Reason", width: 140, cell: (one) => one.reason },
  { id: "call", head: "Call", width: 170, cell: (one) => <CallNow agent={one} campaigns={campaigns} /> },
  { id: "handled", head: "Handled", width: 80, num: true, cell: (one) => times?.get(one.agent_id)?.handled ?? 0 },
  { id: "missed", head: "Missed", width: 80, num: true, cell: (one) => times?.get(one.agent_id)?.missed ?? 0 },
  { id: "talk", head: "Talk today", width: 100, num: true, cell: (one) => duration(times?.get(one.agent_id)?.talk_seconds ?? 0) },
  { id: "wrap", head: "Wrap-up today", width: 120, num: true, hidden: true, cell: (one) => duration(times?.get(one.agent_id)?.wrap_up_seconds ?? 0) },
  { id: "skills", head: "Skills", width: 170, cell: (one) => skillsOf(one).join(", ") },
];

/** The call that she has, and for how long; or how long she may still wrap one up. */
function CallNow({ agent, campaigns }: { agent: Agent; campaigns: ReadonlyMap<string, string> }) {
  const [call, ...others] = agent.with_her;
  if (!call)
    return agent.wrap_up_until ? (
      <span className="tabular-nums">
        <Left until={agent.wrap_up_until} /> left
      </span>
    ) : null;
  return (
    <span className="flex gap-2 tabular-nums">
      <Link to="/calls/$callId" params={{ callId: call.call_id }} className="min-w-0 truncate hover:underline">
        {campaigns.get(call.campaign_id) ?? "Call"}
      </Link>
      <Elapsed since={call.since} />
      {others.length > 0 && <span className="text-muted">+{others.length}</span>}
    </span>
  );
}
