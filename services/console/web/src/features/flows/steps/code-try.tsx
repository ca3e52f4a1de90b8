import { useMutation } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { Button } from "@/ui/button";
import type { FlowNode, Script } from "../document";
import { stepsOf } from "../script";

/** The code of one step, run once in the sandbox for the simulator's caller: where it leads, and what it sets. */
export function CodeTry({ node, script }: { node: FlowNode; script: Script }) {
  const run = useMutation({
    mutationFn: () => data(api.POST("/api/v1/flow-simulations", { body: { document: { name: "One step", start: node.id, nodes: [node] } as never, script: { ...script, expects: {} } as never } })),
  });
  const step = run.data && stepsOf(run.data)[0];
  const tags = Object.entries(step?.tags ?? {});
  return (
    <section aria-label="Try it" className="grid gap-2 border-t border-line pt-4">
      <h3 className="font-semibold">Try it</h3>
      <p className="text-sm text-muted">Runs it for the simulator's caller, with her tags. Nothing is kept.</p>
      <div>
        <Button busy={run.isPending} onClick={() => run.mutate()}>
          Run this step
        </Button>
      </div>
      <div role="status" className="grid gap-1 empty:hidden">
        {run.error && <p className="text-bad">{sentence(run.error)}</p>}
        {step && (
          <p>
            Leads to <strong className="font-mono">{step.port}</strong>
            {step.note && <span className="text-muted"> · {step.note}</span>}
          </p>
        )}
        {tags.map(([name, value]) => (
          <p key={name} className="font-mono text-sm break-all">
            {name} = {value}
          </p>
        ))}
      </div>
    </section>
  );
}
