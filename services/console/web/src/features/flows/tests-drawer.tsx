import { useMutation } from "@tanstack/react-query";
import { X } from "lucide-react";
import { api, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { State } from "@/ui/badge";
import { Button, IconButton } from "@/ui/button";
import type { FlowDocument, Script } from "./document";
import type { Saving } from "./saving";

interface Props {
  document: FlowDocument;
  saving: Saving;
  edits: boolean;
  onOpen: (test: Script) => void;
  onChange: (tests: Script[]) => void;
}

/** The played callers that are kept with the flow: publishing runs them first. */
export function Tests({ document, saving, edits, onOpen, onChange }: Props) {
  const run = useMutation({
    mutationFn: async () => {
      if (!(await saving.save())) throw saving.fault ?? new Error("The draft could not be kept.");
      return data(api.POST("/api/v1/flows/{id}/test-runs", { params: { path: { id: document.id } } }));
    },
  });
  const { tests } = document;
  const came = run.data;
  if (tests.length === 0) return <p className="p-4 text-muted">None yet. Play a caller in the simulator and keep her as a test: publishing then checks that the same comes of it.</p>;
  return (
    <div className="p-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button kind="primary" busy={run.isPending} onClick={() => run.mutate()}>
          Run all
        </Button>
        {came && (
          <p role="status" className="text-muted">
            {came.tests.filter((test) => test.differences.length === 0).length} of {came.tests.length} as expected; they go through {came.nodes_covered} of {came.nodes} steps and {came.ports_covered} of {came.ports} ways.
          </p>
        )}
      </div>
      {run.error && (
        <p role="alert" className="mt-2 text-bad">
          {sentence(run.error)}
        </p>
      )}
      <ul className="mt-2">
        {tests.map((test, index) => {
          const result = came?.tests[index]?.name === test.name ? came.tests[index] : undefined;
          return (
            <li key={index} className="flex flex-wrap items-center gap-2 border-t border-line py-1">
              <span className="min-w-0 flex-1 truncate">{test.name}</span>
              {result && <State tone={result.differences.length === 0 ? "ok" : "bad"}>{result.differences.length === 0 ? "As expected" : "Otherwise"}</State>}
              <Button onClick={() => onOpen(test)} aria-label={`Open ${test.name} in the simulator`}>
                Open
              </Button>
              {edits && (
                <IconButton label={`Take away ${test.name}`} onClick={() => onChange(tests.filter((_, other) => other !== index))}>
                  <X size={15} aria-hidden />
                </IconButton>
              )}
              {result?.differences.map((one) => (
                <p key={one} className="w-full text-sm text-bad">
                  {one}
                </p>
              ))}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
