import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import type { FlowDocument, Script } from "./document";
import { wireId } from "./graph";
import { lit, stepsOf, type Simulated, type Step } from "./script";
import type { Store } from "./store";

export const FRESH: Script = { name: "A caller", caller: { kind: "number", text: "+12125550100" }, dialled: "+18005550100", inputs: [{ digits: "1" }], legs: [{ does: "answers" }], seed: 1 };

/** A caller who is played through the flow as it stands here, kept or not; how far one has followed her. */
export function useSimulation(store: Store) {
  const [script, change] = useState<Script>(FRESH);
  const [played, setPlayed] = useState<{ of: Simulated; script: Script; differences: readonly string[] } | null>(null);
  const [at, setAt] = useState(0);
  const run = useMutation({
    mutationFn: async ({ whole, given }: { whole: boolean; given: Script }) => {
      const { layout: _, tests: _tests, ...document } = store.get().document;
      const of = await data(api.POST("/api/v1/flow-simulations", { body: { document: document as never, script: given as never } }));
      setPlayed({ of, script: given, differences: of.differences });
      setAt(whole ? stepsOf(of).length : Math.min(1, stepsOf(of).length));
    },
  });
  const replay = useMutation({
    mutationFn: async ({ callId, draft }: { callId: string; draft: boolean }) => {
      const came = await data(api.POST("/api/v1/calls/{call_id}/flow-replays", { params: { path: { call_id: callId } }, body: { draft } }));
      setPlayed({ of: came.simulated, script, differences: came.differences });
      setAt(stepsOf(came.simulated).length);
    },
  });
  const steps = useMemo(() => (played ? stepsOf(played.of) : []), [played]);
  const set = (next: Script) => {
    change(next);
    setPlayed(null);
  };
  return { script, set, played, steps, at, setAt, run, replay, fault: run.error ?? replay.error };
}

export type Simulation = ReturnType<typeof useSimulation>;

/** The way that a real call went, if one is looked at. */
export const useWalk = (callId: string | undefined) =>
  useQuery({ queryKey: ["calls", callId, "flow"], queryFn: () => data(api.GET("/api/v1/calls/{call_id}/flow", { params: { path: { call_id: callId! } } })), enabled: callId !== undefined }).data;

const HOURS = 24;

/** How many calls went through each wire since yesterday. */
export function useTraffic(flowId: string, on: boolean) {
  const query = useQuery({ queryKey: ["flows", flowId, "traffic"], queryFn: () => data(api.GET("/api/v1/flows/{id}/traffic", { params: { path: { id: flowId }, query: { hours: HOURS } } })), enabled: on, refetchInterval: 60_000 });
  return on ? query.data?.ports : undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** What lies over the drawing: the played caller as far as she is followed, or a real call's way; the traffic. */
export function useLit(document: FlowDocument, simulation: Simulation, walk: readonly Step[] | undefined, traffic: readonly Schemas["PortTraffic"][] | undefined) {
  const { played, steps, at } = simulation;
  const { id } = document;
  const way = useMemo(() => {
    const shown = played ? steps.slice(0, at) : walk;
    // A document that was played without being kept is a flow of its own id there.
    return shown ? lit(shown, shown.some((step) => step.flow_id === id) ? id : (shown[0]?.flow_id ?? id)) : { nodes: NONE, wires: NONE };
  }, [played, steps, at, walk, id]);
  const labels = useMemo(() => new Map(traffic?.map((one) => [wireId({ source: one.node, port: one.port }), `${one.calls}`])), [traffic]);
  return { litNodes: way.nodes, litWires: way.wires, labels };
}
