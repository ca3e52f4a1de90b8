import { Plus, Trash2, X } from "lucide-react";
import { useState } from "react";
import { withValue } from "@/api/draft";
import { cn } from "@/lib/cn";
import { Button, IconButton } from "@/ui/button";
import { SelectField } from "@/ui/field";
import type { Actions } from "./actions";
import type { FlowDocument, FlowNode, Script } from "./document";
import { wireAt } from "./graph";
import { kindOf, nameOf, portsOf } from "./kinds";
import { TINT } from "@/app/steps";
import { StepPalette } from "./palette";
import { fieldsOf, schemaOfNode, type Schema } from "./schema";
import { SchemaField } from "./schema-form";
import { StepId } from "./step-id";
import { FIRST, SPECIAL } from "./steps";
import { CodeTry } from "./steps/code-try";
import { errorAt, type Trouble } from "./troubles";

interface Props {
  document: FlowDocument;
  language: Schema;
  actions: Actions;
  troubles: readonly Trouble[];
  edits: boolean;
  onShow: (id: string) => void;
}

/** The settings of one step, made of its schema, and where its ports lead. */
export function StepForm({ node, document, language, actions, troubles, edits, script, onShow }: Props & { node: FlowNode; script: Script }) {
  const kind = kindOf(node);
  const schema = schemaOfNode(node.type, language);
  const all = schema ? fieldsOf(schema, language).filter((field) => field.name !== "id" && field.kind !== "fixed") : [];
  const fields = [...all.filter((field) => field.name === "label"), ...all.filter((field) => field.name !== "label")];
  const mine = troubles.filter((one) => one.node === node.id);
  const form = {
    document: node,
    set: (path: string, value: unknown) => actions.change(withValue(node, path, value), path),
    error: (path: string) => errorAt(troubles, node.id, path),
  };
  const draw = (wanted: boolean) => fields.filter((field) => (FIRST.has(field.name) || field.required) === wanted).map((field) => <SchemaField key={field.name} field={field} path={field.name} form={form} root={language} special={SPECIAL} />);
  const moreWrong = fields.some((field) => !FIRST.has(field.name) && form.error(field.name));
  return (
    <div className="grid gap-4 p-4">
      <div className="flex items-start gap-2">
        <kind.icon size={18} aria-hidden className={cn("mt-0.5 shrink-0", TINT[kind.group])} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">{nameOf(node)}</h2>
          <p className="text-sm text-muted">
            {kind.word} · <span className="font-mono">{node.id}</span>
          </p>
        </div>
        {edits && document.nodes.length > 1 && (
          <IconButton label="Take this step away" onClick={() => actions.remove([node.id])}>
            <Trash2 size={15} aria-hidden />
          </IconButton>
        )}
      </div>
      {mine.length > 0 && (
        <ul className="grid gap-1">
          {mine.map((one, index) => (
            <li key={index} className={cn("text-sm first-letter:uppercase", one.weight === "error" ? "text-bad" : "text-warn")}>
              {one.text}
            </li>
          ))}
        </ul>
      )}
      <fieldset disabled={!edits} className="contents">
        {draw(true)}
        <details open={moreWrong || undefined}>
          <summary className="w-fit py-0.5 text-sm text-muted">More settings</summary>
          <div className="mt-3 grid gap-4">
            <StepId key={node.id} id={node.id} document={document} onRename={(to) => actions.rename(node.id, to)} />
            {draw(false)}
          </div>
        </details>
      </fieldset>
      {node.type === "code" && <CodeTry node={node} script={script} />}
      <Ways node={node} document={document} actions={actions} edits={edits} onShow={onShow} />
      {edits && node.id !== document.start && (
        <div>
          <Button onClick={() => actions.begin(node.id)}>Begin here</Button>
        </div>
      )}
    </div>
  );
}

/** Where each port leads: to a step that is there, to a new one, or nowhere. */
export function Ways({ node, document, actions, edits, onShow }: Pick<Props, "document" | "actions" | "edits" | "onShow"> & { node: FlowNode }) {
  const [asked, setAsked] = useState<{ port: string; x: number; y: number } | null>(null);
  const ports = portsOf(node);
  const targets = [{ value: "", label: "Nowhere" }, ...document.nodes.map((one) => ({ value: one.id, label: `${nameOf(one)} (${one.id})` }))];
  if (ports.length === 0) return null;
  return (
    <section aria-label="Ways" className="grid gap-2 border-t border-line pt-4">
      <h3 className="font-semibold">Ways</h3>
      {ports.map((port) => {
        const from = { source: node.id, port };
        const target = wireAt(document, from)?.target ?? "";
        return (
          <div key={port} className="flex items-end gap-1">
            <div className="min-w-0 flex-1">
              <SelectField label={port} disabled={!edits} value={target} choices={targets} onChange={(next) => (next === "" ? actions.cut(from) : actions.lead(from, next))} />
            </div>
            {target && (
              <Button kind="quiet" onClick={() => onShow(target)} aria-label={`Go to the step after ${port}`}>
                Go
              </Button>
            )}
            {edits && (
              <IconButton label={`Add a step at ${port}`} onClick={(event) => setAsked({ port, x: event.currentTarget.getBoundingClientRect().left - 300, y: event.currentTarget.getBoundingClientRect().bottom })}>
                <Plus size={15} aria-hidden />
              </IconButton>
            )}
            {edits && target && (
              <IconButton label={`Cut ${port}`} onClick={() => actions.cut(from)}>
                <X size={15} aria-hidden />
              </IconButton>
            )}
          </div>
        );
      })}
      {asked && (
        <StepPalette
          x={asked.x}
          y={asked.y}
          others={document.nodes.filter((one) => one.id !== node.id)}
          onAdd={(type) => {
            setAsked(null);
            onShow(actions.add(type, { source: node.id, port: asked.port }));
          }}
          onLead={(id) => {
            setAsked(null);
            actions.lead({ source: node.id, port: asked.port }, id);
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

const BESIDE = new Set(["id", "spec_version", "start", "nodes", "edges", "tests", "layout"]);

/** What holds for the flow as a whole. */
export function FlowForm({ document, language, troubles, edits, onChange }: Pick<Props, "document" | "language" | "troubles" | "edits"> & { onChange: (next: FlowDocument, field: string) => void }) {
  const form = {
    document,
    set: (path: string, value: unknown) => onChange(withValue(document, path, value), path),
    error: (path: string) => errorAt(troubles, "", path),
  };
  return (
    <div className="grid gap-4 p-4">
      <div>
        <h2 className="font-semibold">The flow</h2>
        <p className="text-sm text-muted">Choose a step to see its settings.</p>
      </div>
      <fieldset disabled={!edits} className="contents">
        {fieldsOf(language, language)
          .filter((field) => !BESIDE.has(field.name))
          .map((field) => (
            <SchemaField key={field.name} field={field} path={field.name} form={form} root={language} special={SPECIAL} />
          ))}
      </fieldset>
    </div>
  );
}
