import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import type { Documents } from "@/api/records";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";

const TONES = { chosen: "ok", lost: "calm", excluded: "warn" } as const;

/** Where a call would go by the campaign as it stands on the screen, saved or not. */
export function Rehearsal({ campaign }: { campaign: Documents["campaigns"] }) {
  const [caller, setCaller] = useState("+12125550123");
  const [tags, setTags] = useState("");
  const tried = useMutation({
    mutationFn: () => {
      const given = Object.fromEntries(tags.split(/[\s,]+/).filter((one) => one.includes("=")).map((one) => one.split(/=(.*)/s).slice(0, 2)));
      return data(api.POST("/api/v1/rehearsals", { body: { campaign, caller: { kind: "number", text: caller }, tags: given } as unknown as Schemas["WhatIf"] }));
    },
  });
  const decision = tried.data?.decision;
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-end gap-2">
        <TextField label="Caller" value={caller} onChange={setCaller} className="font-mono" />
        <TextField label="Tags" placeholder="source=google state=FL" value={tags} onChange={setTags} className="font-mono" />
        <Button onClick={() => tried.mutate()} busy={tried.isPending}>
          Test the routing
        </Button>
      </div>
      <div role="status" className="empty:hidden">
        {tried.error && <p className="text-bad">{sentence(tried.error)}</p>}
        {decision && <p className="font-medium">{decision.sentence}</p>}
      </div>
      {decision && decision.candidates.length > 0 && (
        <SimpleTable
          label="Who was considered"
          rows={decision.candidates}
          columns={[
            ["Candidate", (one) => `${one.buyer_name ? `${one.buyer_name} · ` : ""}${one.target_name}`],
            ["Verdict", (one) => <State tone={TONES[one.verdict]}>{said(one.verdict)}</State>],
            ["Why", (one) => `${said(one.rule)}${one.seen ? ` (${one.seen})` : ""}`],
          ]}
        />
      )}
    </div>
  );
}
