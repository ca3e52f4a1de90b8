import { useMutation, useQuery } from "@tanstack/react-query";
import { api, data, queries, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { toast } from "@/ui/toast";

export type Agent = Schemas["AgentAtWork"];
export type AgentCall = Schemas["AgentCall"];
export type Times = Schemas["AgentTimes"];
export type Notes = Schemas["CallNotes"];
export type AgentState = Schemas["AgentState"];
/** Whose: "me", or an agent's id. */
export type Whose = string;

export const KEY = ["agents"] as const;
const TIMES = ["agent-times"] as const;
export const ME = "me";
const PAGE = 200;
const PAGES_MAX = 10;
const CALLS_SHOWN = 25;
const AGAIN_MS = 60_000; // figures of a state that goes on grow without an event

/** What she can; the API leaves out what is empty. */
export const skillsOf = (one: Agent): readonly string[] => one.agent.skills ?? [];

export function again(): void {
  for (const queryKey of [KEY, TIMES]) void queries.invalidateQueries({ queryKey });
}

/** Refresh what is shown of agents when one's state, calls or settings change; sums of the day only when a call is over. */
export function useAgentsFresh(): void {
  useFresh(KEY, ["agent.", "call.routed", "leg.ended", "call.ended", "target.changed"]);
  useFresh(TIMES, ["agent.call_ended", "agent.wrapped_up"]);
}

/** The same for who sits at a desk: what a flow says of her caller is shown as it is said. */
export const useDeskFresh = () => useFresh(KEY, ["agent.", "call.", "leg.", "target.changed"]);

const at = (id: string) => ({ params: { path: { id } } });

/** One agent as she is now. */
export const useAgent = (whose: Whose) =>
  useQuery({
    queryKey: [...KEY, whose],
    queryFn: () => data(whose === ME ? api.GET("/api/v1/agents/me", {}) : api.GET("/api/v1/agents/{id}", at(whose))),
  });

/** Her latest calls, also those that are with her. */
export const useCalls = (whose: Whose, enabled = true) =>
  useQuery({
    queryKey: [...KEY, whose, "calls"],
    enabled,
    queryFn: async () => {
      const query = { limit: CALLS_SHOWN };
      const found = whose === ME ? api.GET("/api/v1/agents/me/calls", { params: { query } }) : api.GET("/api/v1/agents/{id}/calls", { params: { path: { id: whose }, query } });
      return (await data(found)).calls;
    },
  });

/** The states that she was in, the latest first. */
export const useStates = (whose: Whose) =>
  useQuery({
    queryKey: [...KEY, whose, "states"],
    queryFn: async () => {
      const query = { limit: CALLS_SHOWN };
      const found = whose === ME ? api.GET("/api/v1/agents/me/states", { params: { query } }) : api.GET("/api/v1/agents/{id}/states", { params: { path: { id: whose }, query } });
      return (await data(found)).states;
    },
  });

/** One of one's own calls: who calls, and with which tags. */
export const useOwnCall = (callId: string) =>
  useQuery({ queryKey: [...KEY, ME, "call", callId], queryFn: () => data(api.GET("/api/v1/agents/me/calls/{call_id}", { params: { path: { call_id: callId } } })) });

/** When the day of this browser began. */
export function midnight(now = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
}

/** What one did today. */
export const useOwnTimes = (enabled: boolean) =>
  useQuery({
    queryKey: [...KEY, ME, "times"],
    enabled,
    refetchInterval: AGAIN_MS,
    queryFn: async () => (await data(api.GET("/api/v1/agents/me/times", { params: { query: { since: midnight() } } }))).times[0],
  });

/** What everybody did today, by agent. */
export const useTimes = () =>
  useQuery({
    queryKey: TIMES,
    refetchInterval: AGAIN_MS,
    queryFn: async () => {
      const since = midnight();
      const found = await every(async (cursor) => {
        const page = await data(api.GET("/api/v1/agents/times", { params: { query: { since, limit: PAGE, ...(cursor && { cursor }) } } }));
        return { items: page.times, cursor: page.cursor };
      });
      return new Map(found.map((one) => [one.agent_id, one]));
    },
  });

/** All agents, or those in a state, with a skill, or of one supervisor. */
export const useAgents = (wanted: { state?: AgentState; skill?: string; supervisor_id?: string }, enabled: boolean) =>
  useQuery({
    enabled,
    queryKey: [...KEY, "list", wanted],
    placeholderData: (before) => before,
    queryFn: async () => {
      const found = await every(async (cursor) => {
        const page = await data(api.GET("/api/v1/agents", { params: { query: { ...wanted, limit: PAGE, ...(cursor && { cursor }) } } }));
        return { items: page.agents, cursor: page.cursor };
      });
      return found.sort((one, other) => one.name.localeCompare(other.name));
    },
  });

async function every<T>(page: (cursor: string) => Promise<{ items: T[]; cursor?: string | null }>): Promise<T[]> {
  const found: T[] = [];
  let cursor = "";
  for (let turn = 0; turn < PAGES_MAX; turn++) {
    const next = await page(cursor);
    found.push(...next.items);
    if (!next.cursor) break;
    cursor = next.cursor;
  }
  return found;
}

/** Put an agent into a state. */
export function usePutState(whose: Whose) {
  return useMutation({
    mutationFn: (body: { state: AgentState; reason: string }) => data(whose === ME ? api.PUT("/api/v1/agents/me/state", { body }) : api.PUT("/api/v1/agents/{id}/state", { ...at(whose), body })),
    onSuccess: again,
    onError: (fault) => toast("The state has not changed", { detail: sentence(fault), bad: true }),
  });
}

/** Keep what is said of a call; `done`: and be done with it. */
export const wrapUp = async (whose: Whose, call: AgentCall, said: Notes & { done: boolean }) => {
  const body = said as never;
  const path = { call_id: call.call_id, step: call.step };
  await (whose === ME ? api.PUT("/api/v1/agents/me/calls/{call_id}/{step}", { params: { path }, body }) : api.PUT("/api/v1/agents/{id}/calls/{call_id}/{step}", { params: { path: { ...path, id: whose } }, body }));
  again();
};
