import { ChevronFirst, ChevronLeft, ChevronRight, Play } from "lucide-react";
import { useState } from "react";
import { sentence } from "@/api/errors";
import { at } from "@/app/editors/form";
import { ZoneField } from "@/app/editors/zone";
import { withValue } from "@/api/draft";
import { phone } from "@/lib/phone";
import { ZONE } from "@/lib/time";
import { plural } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { NumberField, SelectField, TextField } from "@/ui/field";
import type { FlowDocument, Script } from "./document";
import { PlanLook } from "./plan-look";
import type { Schema } from "./schema";
import { fieldsOf } from "./schema";
import { SchemaField } from "./schema-form";
import { asTest, inputsOf, instantOf, textOfInputs, wallOf } from "./script";
import type { Simulation } from "./simulating";
import { Walked } from "./walked";

const DOES = [
  { value: "answers", label: "Answers" },
  { value: "busy", label: "Is busy" },
  { value: "no_answer", label: "Does not answer" },
  { value: "nobody", label: "Nobody is there" },
];
const ABOVE = new Set(["name", "caller", "dialled", "at", "seed", "expects"]);

interface Props {
  document: FlowDocument;
  language: Schema;
  simulation: Simulation;
  edits: boolean;
  /** The real call that is looked at, if any. */
  call: string | undefined;
  onTest: (test: Script) => void;
  onShow: (id: string) => void;
}

/** Plays a caller through the flow as it stands here. */
export function Simulator({ document, language, simulation, edits, call, onTest, onShow }: Props) {
  const { script, set, played, steps, at: reached, setAt, run, replay, fault } = simulation;
  const [zone, setZone] = useState(ZONE);
  const [keys, setKeys] = useState(() => textOfInputs((script["inputs"] as []) ?? []));
  const [name, setName] = useState("");
  const form = { document: script, set: (path: string, value: unknown) => set(withValue(script, path, value)), error: () => undefined };
  const go = (whole: boolean) => run.mutate({ whole, given: script });
  const legs = at<{ does?: string; name?: string }[]>(form, "legs") ?? [];
  const leg = legs[0]?.does ?? "nobody";
  const when = at<string | null>(form, "at");
  return (
    <div className="grid h-full min-h-0 md:grid-cols-[320px_minmax(0,1fr)] max-md:overflow-auto">
      {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <div role="region" aria-label="The caller" tabIndex={0} className="grid content-start gap-3 overflow-auto border-line p-3 outline-offset-[-2px] md:border-r">
        <div className="flex flex-wrap gap-1">
          <Button kind="primary" busy={run.isPending} onClick={() => go(true)}>
            <Play size={14} aria-hidden /> Run
          </Button>
          <IconButton label="To the beginning" disabled={!played || reached === 0} onClick={() => setAt(0)}>
            <ChevronFirst size={15} aria-hidden />
          </IconButton>
          <IconButton label="Step back" disabled={!played || reached === 0} onClick={() => setAt(reached - 1)}>
            <ChevronLeft size={15} aria-hidden />
          </IconButton>
          <IconButton label="Step" disabled={played !== null && reached === steps.length} onClick={() => (played ? setAt(reached + 1) : go(false))}>
            <ChevronRight size={15} aria-hidden />
          </IconButton>
          {call && (
            <Button busy={replay.isPending} onClick={() => replay.mutate({ callId: call, draft: true })}>
              That call on this draft
            </Button>
          )}
        </div>
        <div className="grid grid-cols-2 gap-2">
          <TextField label="Caller" value={at<string>(form, "caller.text") ?? ""} onChange={(text) => form.set("caller", text ? { kind: "number", text } : { kind: "withheld" })} className="font-mono" />
          <TextField label="Dials" value={at<string>(form, "dialled") ?? ""} onChange={(text) => form.set("dialled", text)} className="font-mono" />
        </div>
        <TextField
          label="She does"
          help="In turn, by commas: 1, silence, message 9, hang up, or words"
          value={keys}
          onChange={(text) => {
            setKeys(text);
            form.set("inputs", inputsOf(text));
          }}
        />
        <div className="grid grid-cols-2 gap-2">
          <SelectField label="Who is dialled" value={leg} help={legs.length > 1 ? legs.map((one) => one.name).join(", then ") : undefined} choices={DOES} onChange={(does) => form.set("legs", does === "nobody" ? [] : [{ does }])} />
          <NumberField label="Seed of chance" value={at<number>(form, "seed") ?? 1} onChange={(seed) => form.set("seed", seed ?? 0)} />
        </div>
        <div className="grid grid-cols-2 gap-2">
          <TextField label="When" type="datetime-local" value={when ? wallOf(when, zone) : ""} onChange={(wall) => form.set("at", wall ? instantOf(wall, zone) : null)} help={when ? undefined : "Empty: a Monday, 15:00 UTC"} />
          <ZoneField
            label="Time zone"
            path="zone"
            form={{
              document: { zone },
              error: () => undefined,
              set: (_, next) => {
                const other = String(next);
                setZone(other);
                if (when && Intl.supportedValuesOf("timeZone").includes(other)) form.set("at", instantOf(wallOf(when, zone), other));
              },
            }}
          />
        </div>
        <details>
          <summary className="w-fit py-0.5 text-sm text-muted">Buyers and bids, by a campaign's plan</summary>
          <div className="mt-2">
            <PlanLook script={script} onLegs={(legs) => form.set("legs", legs)} />
          </div>
        </details>
        <details>
          <summary className="w-fit py-0.5 text-sm text-muted">Place, tags, legs, answers of others</summary>
          <div className="mt-2 grid gap-3">
            {fieldsOf({ $ref: "#/$defs/FlowScript" }, language)
              .filter((field) => !ABOVE.has(field.name))
              .map((field) => (
                <SchemaField key={field.name} field={field} path={field.name} form={form} root={language} special={{}} />
              ))}
          </div>
        </details>
      </div>
      {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
      <div role="region" aria-label="What came of it" tabIndex={0} className="min-w-0 overflow-auto p-3 outline-offset-[-2px]">
        {fault && (
          <p role="alert" className="text-bad">
            {sentence(fault)}
          </p>
        )}
        {!played && !fault && <p className="text-muted">Run it: each step is lit in the drawing and told here. Nobody is dialled, nothing is counted.</p>}
        {played && (
          <>
            <p role="status" className="mb-2">
              {phone(String((at(form, "caller.text") as string | undefined) ?? "")) || "A caller"}: {plural(steps.length, "step")}, {Math.round(played.of.seconds)} s.{" "}
              <strong>{played.of.left ? "Given back to the campaign's plan" : "Ended"}</strong>: {played.of.finished}
              {reached < steps.length && ` Followed to step ${reached} of ${steps.length}.`}
            </p>
            {played.differences.map((one) => (
              <p key={one} className="text-bad">
                {one}
              </p>
            ))}
            <Walked document={document} turns={played.of.turns} reached={reached} onShow={onShow} />
            {edits && (
              <form
                className="mt-3 flex items-end gap-2"
                onSubmit={(event) => {
                  event.preventDefault();
                  onTest(asTest(script, played.of, name || "A caller"));
                  setName("");
                }}
              >
                <TextField label="Keep it as a test" placeholder="Sales, by key" value={name} onChange={setName} className="w-56" />
                <Button type="submit">Save as test</Button>
              </form>
            )}
          </>
        )}
      </div>
    </div>
  );
}
