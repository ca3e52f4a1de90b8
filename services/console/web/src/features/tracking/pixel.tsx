import { useMutation } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { useNames } from "@/api/names";
import type { Documents } from "@/api/records";
import { useMay } from "@/api/session";
import { FilterEditor } from "@/app/editors/filter";
import type { Form } from "@/app/editors/form";
import { RecordPage } from "@/app/record";
import { said } from "@/lib/words";
import { Button, buttonLook, IconButton } from "@/ui/button";
import { Code } from "@/ui/code";
import { CheckField, NumberField, Section, SelectField, TextArea, TextField } from "@/ui/field";

type Pixel = Documents["pixels"];
const POINTS = ["incoming", "connected", "completed", "converted", "payout", "error", "recording", "marked", "finalized"] as const satisfies readonly Schemas["FirePoint"][];
const METHODS = ["GET", "POST", "PUT", "PATCH"] as const satisfies readonly Schemas["Method"][];
const BODIES = ["json", "form", "xml"] as const satisfies readonly Schemas["BodyType"][];
const AUTHS: Record<NonNullable<NonNullable<Pixel["auth"]>["kind"]>, { label: string; fresh: Pixel["auth"] }> = {
  none: { label: "None", fresh: { kind: "none" } },
  header: { label: "A key in a header", fresh: { kind: "header", name: "X-Api-Key", key: "" } },
  bearer: { label: "A bearer token", fresh: { kind: "bearer", token: "" } },
  basic: { label: "Name and password", fresh: { kind: "basic", username: "", password: "" } },
};
const choices = (words: readonly string[]) => words.map((value) => ({ value, label: said(value) }));
const FRESH = { name: "", status: "active", url: "", method: "GET", fire_on: ["converted"], campaign_ids: [], headers: [], auth: { kind: "none" } } as unknown as Pixel;

/** A request that is made when a call reaches a point. */
export function PixelPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="pixels"
      word="pixel"
      id={id}
      fresh={FRESH}
      list="/tracking?view=pixels"
      at={(made) => `/pixels/${made}`}
      above={<Link to="/tracking" search={{ view: "pixels" }} className="hover:text-text">Pixels</Link>}
      actions={({ document }) => (
        <Link to="/tracking" search={{ view: "deliveries", pixel_id: document.id }} className={buttonLook()}>
          Its deliveries
        </Link>
      )}
    >
      {(draft, isNew) => (
        <>
          <Section title="Pixel">
            <TextField label="Name" required autoFocus={isNew} value={draft.document.name} onChange={(name) => draft.set("name", name)} error={draft.error("name")} />
            <SelectField label="Status" value={draft.document.status ?? "active"} choices={choices(["active", "paused"])} onChange={(status) => draft.set("status", status)} error={draft.error("status")} />
          </Section>
          <Section title="When" about="The points of a call at which it is told.">
            <fieldset>
              <legend className="sr-only">Told when a call is</legend>
              <div className="grid grid-cols-2 gap-x-4">
                {POINTS.map((point) => (
                  <CheckField key={point} label={said(point)} value={draft.document.fire_on.includes(point)} onChange={(on) => draft.set("fire_on", POINTS.filter((one) => (one === point ? on : draft.document.fire_on.includes(one))))} />
                ))}
              </div>
              {draft.error("fire_on") && <p className="text-sm text-bad">{draft.error("fire_on")}</p>}
            </fieldset>
            <Campaigns form={draft} chosen={draft.document.campaign_ids ?? []} />
          </Section>
          <Section title="Request" about={<>Macros such as {"{call_id}"}, {"{duration}"} or {"[tag:Geo:City]"} become the call&apos;s values. <a href="/docs/macros" className="text-accent underline">All macros</a></>}>
            <TextArea label="Address" rows={3} className="font-mono" placeholder="https://track.example.com/postback?clickid={clickid}&sum={sum}" value={draft.document.url} onChange={(url) => draft.set("url", url.replace(/\s/g, ""))} error={draft.error("url")} />
            <SelectField label="Method" value={draft.document.method ?? "GET"} choices={METHODS.map((value) => ({ value, label: value }))} onChange={(method) => draft.set("method", method)} error={draft.error("method")} />
            {draft.document.method !== "GET" && (
              <>
                <SelectField label="Body is" value={draft.document.body_type ?? "json"} choices={BODIES.map((value) => ({ value, label: value.toUpperCase() }))} onChange={(type) => draft.set("body_type", type)} error={draft.error("body_type")} />
                <TextArea label="Body" rows={5} className="font-mono" value={draft.document.body ?? ""} onChange={(body) => draft.set("body", body)} error={draft.error("body")} />
              </>
            )}
            <Headers form={draft} headers={draft.document.headers ?? []} />
          </Section>
          <Section title="Who we are" about="Secrets are kept sealed; what is shown of them is a mask.">
            <SelectField label="It asks for" value={draft.document.auth?.kind ?? "none"} choices={Object.entries(AUTHS).map(([value, { label }]) => ({ value, label }))} onChange={(kind) => draft.set("auth", AUTHS[kind as keyof typeof AUTHS].fresh)} />
            {Object.keys(draft.document.auth ?? {})
              .filter((name) => name !== "kind")
              .map((name) => (
                <TextField key={name} label={said(name)} autoComplete="off" value={String((draft.document.auth as Record<string, unknown>)[name] ?? "")} onChange={(text) => draft.set(`auth.${name}`, text)} error={draft.error(`auth.${name}`)} />
              ))}
            <TextField label="Signing secret" autoComplete="off" help="Each request is signed with it, as Standard Webhooks has it." value={draft.document.signing_secret ?? ""} onChange={(text) => draft.set("signing_secret", text || null)} error={draft.error("signing_secret")} />
            <NumberField label="Waits for an answer (seconds)" help="Anything but 200 to 299 is tried again, 20 times in about a day." value={draft.document.timeout_seconds ?? 10} onChange={(seconds) => draft.set("timeout_seconds", seconds)} error={draft.error("timeout_seconds")} />
          </Section>
          <Section title="Which calls">
            <FilterEditor form={draft} />
          </Section>
          <Section title="Try it" about="With values made up, or those of a call. The pixel need not be saved.">
            <Trial document={draft.document} isNew={isNew} />
          </Section>
        </>
      )}
    </RecordPage>
  );
}

function Campaigns({ form, chosen }: { form: Form; chosen: readonly string[] }) {
  const campaigns = useNames("campaigns");
  const some = chosen.length > 0;
  const [choosing, setChoosing] = useState(some);
  return (
    <>
      <SelectField
        label="Of the calls of"
        value={choosing ? "some" : "all"}
        choices={[
          { value: "all", label: "All campaigns" },
          { value: "some", label: "these campaigns" },
        ]}
        onChange={(which) => {
          setChoosing(which === "some");
          if (which === "all") form.set("campaign_ids", []);
        }}
        error={form.error("campaign_ids")}
      />
      {choosing && (
        <div className="grid max-h-48 overflow-auto">
          {campaigns.map((one) => (
            <CheckField key={one.value} label={one.label} value={chosen.includes(one.value)} onChange={(on) => form.set("campaign_ids", on ? [...chosen, one.value] : chosen.filter((id) => id !== one.value))} />
          ))}
        </div>
      )}
    </>
  );
}

function Headers({ form, headers }: { form: Form; headers: readonly Schemas["Header"][] }) {
  return (
    <>
      {headers.map((header, at) => (
        <div key={at} className="flex items-end gap-2">
          <TextField label="Header" value={header.name} onChange={(name) => form.set(`headers.${at}.name`, name)} error={form.error(`headers.${at}`)} />
          <TextField label="Value" value={header.value} onChange={(value) => form.set(`headers.${at}.value`, value)} />
          <IconButton label={`Take away header ${at + 1}`} onClick={() => form.set("headers", headers.filter((_, other) => other !== at))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set("headers", [...headers, { name: "", value: "" }])}>
          <Plus size={14} aria-hidden /> Header
        </Button>
      </div>
    </>
  );
}

const NOBODY = "00000000-0000-4000-8000-000000000000"; // stands for the id of what is not saved yet

/** What would be asked, and, if it is really asked, what comes back. */
function Trial({ document, isNew }: { document: Pixel; isNew: boolean }) {
  const mayEdit = useMay("edit");
  const [point, setPoint] = useState<string>("");
  const [callId, setCallId] = useState("");
  const chosen = (point || document.fire_on[0] || "converted") as Schemas["FirePoint"];
  const trial = useMutation({
    mutationFn: (send: boolean) => {
      const body = { document: { ...document, id: isNew ? NOBODY : document.id }, point: chosen, send, call_id: callId || null };
      return data(api.POST("/api/v1/pixel-tests", { body: body as never }));
    },
  });
  const { request, answer } = trial.data ?? {};
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <SelectField label="As of a call that is" value={chosen} choices={choices(POINTS)} onChange={setPoint} />
        <TextField label="Id of a call" placeholder="Values made up" className="font-mono" value={callId} onChange={(text) => setCallId(text.trim())} />
        <Button busy={trial.isPending} onClick={() => trial.mutate(false)}>
          Show the request
        </Button>
        {mayEdit && (
          <Button busy={trial.isPending} onClick={() => trial.mutate(true)}>
            Send it once
          </Button>
        )}
      </div>
      {trial.error && <p role="alert" className="text-bad">{sentence(trial.error)}</p>}
      {request && <Code label="Request" text={asText(request)} />}
      {answer && <Code label="Answer" text={`${answer.status ?? answer.failure} in ${answer.milliseconds} ms\n${answer.body ?? ""}`} />}
    </>
  );
}

export const asText = (told: Schemas["Told"]): string => [`${told.method} ${told.url}`, ...Object.entries(told.headers).map(([name, value]) => `${name}: ${String(value)}`), ...(told.body ? ["", told.body] : [])].join("\n");
