import { useState } from "react";
import { TextField } from "@/ui/field";
import type { FlowDocument } from "./document";
import { nodeOf } from "./document";

const ID = /^[A-Za-z0-9_.-]{1,64}$/;

/** What a step is called in the document, in reports and in tests: taken over when one leaves the field. */
export function StepId({ id, document, onRename }: { id: string; document: FlowDocument; onRename: (to: string) => void }) {
  const [typed, setTyped] = useState(id);
  const wrong = typed === id ? undefined : !ID.test(typed) ? "Letters, digits, dots, dashes and underscores; at most 64" : nodeOf(document, typed) ? "Another step has it" : undefined;
  const take = () => {
    if (typed !== id && !wrong) onRename(typed);
  };
  return (
    <TextField
      label="Id"
      help="Wires, kept tests and where it is drawn follow. Numbers of calls so far stay with the old one."
      value={typed}
      onChange={setTyped}
      error={wrong}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
      className="font-mono"
    />
  );
}
