import { useState } from "react";
import { Fields } from "@/app/fields";
import { Button } from "@/ui/button";
import { Section, TextArea, TextField } from "@/ui/field";
import { read } from "./paths";
import type { TargetDraft } from "./target";

const PARTS = [
  ["accept", "Accepted", "True where it wants the call."],
  ["amount", "Bid", "What it pays."],
  ["currency", "Currency", "Left out: the one it was asked in."],
  ["phone", "Phone number", "Where the call goes."],
  ["sip", "SIP address", "The same, as sip:user@host."],
  ["required_seconds", "Seconds until it is owed", "Left out: at once."],
  ["expiry", "How long it holds", "Seconds, or an instant."],
  ["reject_reason", "Reason of a refusal", ""],
  ["reject_code", "Code of a refusal", ""],
] as const;
type Part = (typeof PARTS)[number][0];

/** Where things stand in the bidder's answer; a value of a sample may be clicked for its path. */
export function ResponsePart({ draft, sample, onSample }: { draft: TargetDraft; sample: string; onSample: (text: string) => void }) {
  const { document, set, error } = draft;
  const [part, setPart] = useState<Part>("amount");
  const leaves = sample.trim() === "" ? [] : read(sample);
  const label = PARTS.find(([name]) => name === part)![1];
  return (
    <Fields>
      <Section title="Where things stand" about="JSONPath, also over XML. What is left empty is looked for under the names that the trade uses.">
        {PARTS.map(([name, title, help]) => (
          <div key={name} className="flex items-end gap-2">
            <div className="min-w-0 flex-1">
              <TextField label={title} placeholder={help} value={document.response?.[name] ?? ""} onFocus={() => setPart(name)} onChange={(path) => set(`response.${name}`, path)} error={error(`response.${name}`)} className="font-mono" />
            </div>
            <Button aria-pressed={part === name} aria-label={`Pick the path of ${title}`} onClick={() => setPart(name)} className="aria-pressed:border-accent">
              Pick
            </Button>
          </div>
        ))}
      </Section>
      <Section title="A sample" about="Paste an answer, or take that of a test bid; then click the value to take its path.">
        <TextArea label="Sample of an answer" rows={6} spellCheck={false} value={sample} onChange={onSample} className="font-mono text-sm" />
        {leaves === null && <p className="text-muted">It is no JSON: write its paths above by hand.</p>}
        {leaves !== null && leaves.length > 0 && (
          <div>
            <p className="mb-1 text-sm font-medium">Click what is: {label}</p>
            <ul className="grid gap-0.5">
              {leaves.map((leaf) => (
                <li key={leaf.path}>
                  <button type="button" onClick={() => set(`response.${part}`, leaf.path)} className="flex min-h-6 w-full items-baseline gap-3 rounded-md px-2 text-left hover:bg-raised">
                    <span className="font-mono text-sm text-muted">{leaf.path}</span>
                    <span className="min-w-0 truncate font-mono text-sm">{leaf.value}</span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
      </Section>
    </Fields>
  );
}
