import type { Schemas } from "@/api/client";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Section } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";

const TONES = { added: "ok", placed: "ok", already: "calm", refused: "bad" } as const;

/** What became of each number of a list. */
export function Results({ results }: { results: readonly Schemas["NumberResult"][] }) {
  const count = (outcome: keyof typeof TONES) => results.filter((one) => one.outcome === outcome).length;
  const told = (Object.keys(TONES) as (keyof typeof TONES)[]).filter((one) => count(one) > 0).map((one) => `${count(one)} ${one}`).join(", ");
  return (
    <Section title="What became of them">
      <p role="status" className="font-medium">
        {told}
      </p>
      <SimpleTable
        label="Results"
        rows={results}
        columns={[
          ["Line", (one) => one.line, "num"],
          ["Number", (one) => one.given, "mono"],
          ["Result", (one) => <State tone={TONES[one.outcome]}>{said(one.outcome)}</State>],
          ["Why", (one) => one.problem],
        ]}
      />
    </Section>
  );
}
