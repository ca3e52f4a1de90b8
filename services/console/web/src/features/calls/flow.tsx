import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data } from "@/api/client";
import { isProblem } from "@/api/errors";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { lookOf, TINT } from "@/app/steps";
import { cn } from "@/lib/cn";
import { clock } from "@/lib/time";
import { buttonLook } from "@/ui/button";
import { SimpleTable } from "@/ui/simple-table";

/** The way that a call went through its flow; null where it was in none. */
export function useFlow(callId: string) {
  const query = useQuery({ queryKey: ["calls", callId, "flow"], queryFn: () => data(api.GET("/api/v1/calls/{call_id}/flow", { params: { path: { call_id: callId } } })), retry: false });
  useFresh(["calls", callId, "flow"], ["flow.", "call."], { call_id: callId });
  return { ...query, none: isProblem(query.error) && query.error.status === 404 };
}

export function FlowPart({ flow }: { flow: ReturnType<typeof useFlow> }) {
  const walk = flow.data;
  if (flow.error) return <Failed fault={flow.error} retry={() => void flow.refetch()} />;
  if (!walk) return null;
  return (
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-3">
        <span>
          Version {walk.version}. {walk.finished ? `It ended so: ${walk.finished}.` : "It goes on."}
        </span>
        <Link to="/flows/$id" params={{ id: walk.flow_id }} search={{ call: walk.call_id, drawer: "simulator" }} className={buttonLook()}>
          Open in the simulator
        </Link>
      </p>
      <SimpleTable
        label="Steps of the flow"
        rows={walk.steps}
        columns={[
          ["Left at", (step) => clock(step.left_at), "mono"],
          ["Step", (step) => step.node, "mono"],
          ["Kind", (step) => <Kind type={step.type} />],
          ["By", (step) => step.port, "mono"],
          ["Heard", (step) => step.heard],
          ["Note", (step) => step.note],
          ["Tags", (step) => Object.entries(step.tags ?? {}).map(([tag, value]) => `${tag} = ${value}`).join(", "), "mono"],
        ]}
      />
    </div>
  );
}

function Kind({ type }: { type: string }) {
  const look = lookOf(type);
  return (
    <span className="flex items-center gap-1.5">
      <look.icon size={14} aria-hidden className={cn("shrink-0", TINT[look.group])} /> {look.word}
    </span>
  );
}
