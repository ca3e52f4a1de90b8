import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { useNames } from "@/api/names";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { SelectField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";
import type { Script } from "./document";
import { legsOf, playable, type Candidate, type Does } from "./script";

const DESK: { value: Does; label: string }[] = [
  { value: "answers", label: "Answers" },
  { value: "busy", label: "Is busy" },
  { value: "no_answer", label: "Does not answer" },
  { value: "away", label: "Is away" },
];
const BIDS: { value: Does; label: string }[] = [
  { value: "away", label: "Nobody bids" },
  { value: "answers", label: "A bid wins, and answers" },
  { value: "busy", label: "A bid wins, and is busy" },
  { value: "no_answer", label: "A bid wins, no answer" },
];
const keyOf = (one: Candidate): string => one.target_id ?? one.rtb_router_id ?? one.target_name;

/** Whom a campaign's plan would offer this caller, and what each of them does: played as legs, in the plan's order. */
export function PlanLook({ script, onLegs }: { script: Script; onLegs: (legs: ReturnType<typeof legsOf>) => void }) {
  const campaigns = useNames("campaigns");
  const [campaign, setCampaign] = useState("");
  const [does, setDoes] = useState<Record<string, Does>>({});
  const look = useMutation({
    mutationFn: () => {
      const { caller, geography, tags, at, seed } = script;
      return data(api.POST("/api/v1/rehearsals", { body: { campaign_id: campaign, caller, geography, tags, at, seed, everybody_there: true } as unknown as Schemas["WhatIf"] }));
    },
    onSuccess: () => setDoes({}),
  });
  const candidates = look.data?.decision.candidates ?? [];
  const chosen = (one: Candidate): Does => does[keyOf(one)] ?? (one.rtb_router_id ? "away" : "answers");
  return (
    <div className="grid gap-3">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <SelectField label="Of which campaign" value={campaign} choices={[{ value: "", label: "Choose a campaign" }, ...campaigns]} onChange={setCampaign} />
        </div>
        <Button disabled={campaign === ""} busy={look.isPending} onClick={() => look.mutate()}>
          Look
        </Button>
      </div>
      <div role="status" className="empty:hidden">
        {look.error && <p className="text-bad">{sentence(look.error)}</p>}
        {look.data && candidates.length === 0 && <p className="text-muted">{look.data.decision.sentence}</p>}
      </div>
      {candidates.length > 0 && (
        <>
          <SimpleTable
            label="Who is there"
            rows={candidates}
            columns={[
              ["Who", (one) => one.target_name],
              ["Does", (one) => (playable(one) ? <SelectField quiet label={`${one.target_name} does`} value={chosen(one)} choices={one.rtb_router_id ? BIDS : DESK} onChange={(next) => setDoes({ ...does, [keyOf(one)]: next as Does })} /> : <span className="text-muted">{`${said(one.rule)}${one.seen ? ` (${one.seen})` : ""}`}</span>)],
            ]}
          />
          <div>
            <Button onClick={() => onLegs(legsOf(candidates, chosen))}>Play them so</Button>
          </div>
        </>
      )}
    </div>
  );
}
