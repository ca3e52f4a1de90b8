import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { useFresh } from "@/api/live";
import { DemoData } from "@/app/demo";
import { NAV } from "@/app/nav";
import { phone } from "@/lib/phone";
import { said } from "@/lib/words";
import { Button } from "@/ui/button";
import { SelectField, TextField } from "@/ui/field";
import { SimpleTable } from "@/ui/simple-table";

interface Step {
  title: string;
  about: string;
  page: string;
  done: boolean;
}

const ONE = { params: { query: { limit: 1, fields: "id,name" } } };

/** Which of the first steps are done; nothing is due once calls have come. */
export function useStart() {
  const found = useQuery({
    queryKey: ["overview", "start"],
    staleTime: 30_000,
    queryFn: async () => {
      const calls = await data(api.GET("/api/v1/calls", { params: { query: { limit: 1 } } }));
      if (calls.calls.length > 0) return null;
      const [numbers, buyers, campaigns, flows] = await Promise.all([
        data(api.GET("/api/v1/numbers", { params: { query: { limit: 50 } } })),
        data(api.GET("/api/v1/buyers", ONE)),
        data(api.GET("/api/v1/campaigns", { params: { query: { limit: 1, status: "active" } } })),
        data(api.GET("/api/v1/flows", { params: { query: { limit: 1 } } })),
      ]);
      return {
        numbers: numbers.items.map(({ document }) => document.number),
        done: [numbers.items.length > 0, buyers.items.length > 0, campaigns.items.length > 0, flows.rows.length > 0, false],
      };
    },
  }).data;
  useFresh(["overview", "start"], ["number.", "buyer.", "campaign.", "flow.changed", "call.arrived"]);
  const done = found?.done ?? [];
  const steps: Step[] = [
    { title: "A number", about: "What callers dial. Without a carrier's account, write one down to try things.", page: "/numbers", done: !!done[0] },
    { title: "A buyer", about: "Who pays for calls, and where her phones ring.", page: "/buyers", done: !!done[1] },
    { title: "A campaign", about: "Which buyers get the calls of which numbers, in which order.", page: "/campaigns", done: !!done[2] },
    { title: "A call flow, if you like", about: "What callers hear first: menus, questions, hours.", page: "/flows", done: !!done[3] },
    { title: "A call", about: "Simulate one here, or dial the number.", page: "/calls", done: !!done[4] },
  ];
  return { steps, numbers: found?.numbers ?? [], due: found != null };
}

/** Five steps from nothing to a call. */
export function Start({ steps, numbers }: { steps: Step[]; numbers: string[] }) {
  const next = steps.findIndex((step) => !step.done);
  const pages = new Set(NAV.flatMap(({ entries }) => entries.map((entry) => entry.to)));
  return (
    <section aria-label="First steps" className="border-b border-line bg-bg p-4">
      <h2 className="text-lg font-semibold">First steps</h2>
      <ol className="mt-3 grid gap-3 md:grid-cols-5">
        {steps.map((step, at) => (
          <li key={step.title} aria-current={at === next ? "step" : undefined} className="rounded-lg border border-line bg-panel p-3 aria-[current=step]:border-accent">
            <p className="flex items-center gap-2 font-medium">
              <span aria-hidden className="flex size-5 items-center justify-center rounded-full border border-line-strong text-xs">{step.done ? <Check size={12} /> : at + 1}</span>
              {pages.has(step.page) ? (
                <Link to={step.page} className="hover:underline">
                  {step.title}
                </Link>
              ) : (
                step.title
              )}
              {step.done && <span className="sr-only">(done)</span>}
            </p>
            <p className="mt-1 text-sm text-muted">{step.about}</p>
          </li>
        ))}
      </ol>
      <div className="mt-3">
        <DemoData />
      </div>
      {numbers.length > 0 && <Simulate key={numbers[0]} numbers={numbers} />}
    </section>
  );
}

/** Where a call would go, with every reason: no carrier is asked, nothing is recorded. */
export function Simulate({ numbers }: { numbers: string[] }) {
  const [dialled, setDialled] = useState(numbers[0] ?? "");
  const [caller, setCaller] = useState("+12125550123");
  const simulated = useMutation({
    mutationFn: () => data(api.POST("/api/v1/rehearsals", { body: { dialled, caller: { kind: "number", text: caller } } as Schemas["WhatIf"] })),
  });
  const decision = simulated.data?.decision;
  return (
    <div className="mt-4 rounded-lg border border-line bg-panel p-3">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          simulated.mutate();
        }}
        className="flex flex-wrap items-end gap-3"
      >
        <SelectField label="Number that is dialled" value={dialled} onChange={setDialled} choices={numbers.map((value) => ({ value, label: phone(value) }))} />
        <TextField label="Caller" value={caller} onChange={setCaller} />
        <Button type="submit" kind="primary" busy={simulated.isPending}>
          Simulate a call
        </Button>
      </form>
      <div role="status" className="mt-3 empty:hidden">
        {simulated.error && <p className="text-bad">{sentence(simulated.error)}</p>}
        {decision && <p className="text-lg">{decision.sentence}</p>}
      </div>
      {decision && decision.candidates.length > 0 && (
        <div className="mt-2">
          <SimpleTable
            label="Who was considered"
            rows={decision.candidates}
            columns={[
              ["Candidate", (one) => `${one.buyer_name ? `${one.buyer_name} · ` : ""}${one.target_name}`],
              ["Verdict", (one) => said(one.verdict)],
              ["Why", (one) => `${said(one.rule)}${one.seen ? ` (${one.seen})` : ""}`],
            ]}
          />
        </div>
      )}
    </div>
  );
}
