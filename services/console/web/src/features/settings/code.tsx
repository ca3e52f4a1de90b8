import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { api, data, queries, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { plural, said } from "@/lib/words";
import { Button, buttonLook } from "@/ui/button";
import { CheckField, TextArea } from "@/ui/field";
import { Body } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { toast } from "@/ui/toast";

/** All that routes calls as one document: taken along, reviewed, applied as a whole or not at all. */
export function ConfigurationAsCode() {
  const [document, setDocument] = useState("");
  const [prune, setPrune] = useState(false);
  const load = useMutation({ mutationFn: () => data(api.GET("/api/v1/configuration", { parseAs: "text" })), onSuccess: (text) => setDocument(String(text)) });
  const plan = useMutation({ mutationFn: () => data(api.POST("/api/v1/configuration/plan", { body: { document, prune } })) });
  const apply = useMutation({
    mutationFn: (expected_version: number) => data(api.POST("/api/v1/configuration/apply", { body: { document, prune, expected_version } })),
    onSuccess: (done) => {
      toast("It is applied", { detail: plural(done.changes.length, "change") });
      plan.reset();
      void queries.invalidateQueries();
    },
  });
  const change = (act: () => void) => {
    act();
    plan.reset();
    apply.reset();
  };
  const fault = load.error ?? plan.error ?? apply.error;
  const errors = Object.entries(fieldErrors(fault));
  return (
    <Body label="Configuration as code">
      <div className="grid max-w-4xl gap-4 p-4">
        <p className="text-muted">
          Campaigns, buyers, targets, groups, pools and numbers as YAML. Nothing changes before you have seen what would. <a href="/docs/configuration" className="text-accent underline">How it is written</a>
        </p>
        <div className="flex flex-wrap gap-2">
          <Button busy={load.isPending} onClick={() => load.mutate()}>
            Show what is there
          </Button>
          <a href="/api/v1/configuration" download="account.yaml" className={buttonLook()}>
            <Download size={14} aria-hidden /> Take it along
          </a>
        </div>
        {fault !== null && (
          <div role="alert" className="rounded-lg border border-bad p-3 text-bad">
            <p>{sentence(fault)}</p>
            <ul>
              {errors.map(([path, text]) => (
                <li key={path} className="font-mono text-sm">
                  {path}: {text}
                </li>
              ))}
            </ul>
          </div>
        )}
        <TextArea label="Document" rows={18} spellCheck={false} className="font-mono text-sm" value={document} onChange={(text) => change(() => setDocument(text))} />
        <CheckField label="Retire what the document does not name" value={prune} onChange={(on) => change(() => setPrune(on))} />
        <div>
          <Button kind="primary" disabled={document.trim() === ""} busy={plan.isPending} onClick={() => plan.mutate()}>
            What would change?
          </Button>
        </div>
        {plan.data && <Review review={plan.data} busy={apply.isPending} onApply={() => apply.mutate(plan.data.version)} />}
      </div>
    </Body>
  );
}

interface Line {
  one: Schemas["Change"];
  field: Schemas["FieldChange"] | null;
}

function Review({ review, busy, onApply }: { review: Schemas["Reviewed"]; busy: boolean; onApply: () => void }) {
  const lines = review.changes.flatMap((one): Line[] => (one.fields?.length ? one.fields.map((field) => ({ one, field })) : [{ one, field: null }]));
  if (lines.length === 0) return <p role="status">Nothing would change.</p>;
  return (
    <section aria-label="What would change" className="grid gap-3">
      <h2 className="font-semibold">{plural(review.changes.length, "change")}</h2>
      {review.note && <p>{review.note}</p>}
      <SimpleTable
        label="Changes"
        rows={lines}
        columns={[
          ["What", ({ one }) => `${said(one.action)}: ${said(one.kind)} ${one.name}`],
          ["Field", ({ field }) => field?.path, "mono"],
          ["Before", ({ field }) => field && <span className="break-all">{JSON.stringify(field.before) ?? "nothing"}</span>, "mono"],
          ["After", ({ field }) => field && <span className="break-all">{JSON.stringify(field.after) ?? "nothing"}</span>, "mono"],
        ]}
      />
      {review.paused.map((one) => (
        <p key={one.campaign_id} className="text-warn">
          {one.name} would be paused: {one.reason}
        </p>
      ))}
      <div>
        <Button kind="danger" busy={busy} onClick={onApply}>
          Apply all of it
        </Button>
      </div>
    </section>
  );
}
