import { Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { at, type Form } from "@/app/editors/form";
import { said } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { CheckField, NumberField, SelectField, TextArea, TextField } from "@/ui/field";
import { emptyOf, fieldsOf, resolved, type Field, type Schema } from "./schema";

/** What draws a field otherwise than by its schema: by the name of its shape, or by its path. */
export type Special = Record<string, (props: { form: Form; path: string; field: Field }) => ReactNode>;

interface Around {
  form: Form;
  root: Schema;
  special: Special;
}

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);
const YES_NO = [
  { value: "", label: "As set elsewhere" },
  { value: "true", label: "Yes" },
  { value: "false", label: "No" },
];

/** A form made of what the API says a document may hold: every field of every shape can be edited. */
export function SchemaForm({ schema, path = "", only, ...around }: Around & { schema: Schema; path?: string; only?: (field: Field) => boolean }) {
  const fields = fieldsOf(schema, around.root).filter((field) => field.kind !== "fixed" && (only?.(field) ?? true));
  return fields.map((field) => <SchemaField key={field.name} field={field} path={join(path, field.name)} {...around} />);
}

export function SchemaField({ field, path, form, root, special }: Around & { field: Field; path: string }) {
  const Own = special[path.replace(/\.\d+/g, "")] ?? special[field.shape];
  if (Own) return <Own form={form} path={path} field={field} />;
  const value = at(form, path) ?? (field.nullable ? null : field.schema.default);
  const about = { label: field.label, error: form.error(path), required: field.required };
  const set = (next: unknown) => form.set(path, next);
  const text = (next: string) => set(next === "" && field.nullable ? null : next);
  switch (field.kind) {
    case "yes":
      return <CheckField {...about} value={value === true} onChange={set} />;
    case "three":
      return <SelectField {...about} value={value == null ? "" : String(value)} choices={YES_NO} onChange={(next) => set(next === "" ? null : next === "true")} />;
    case "whole":
      return <NumberField {...about} value={(value as number | null) ?? null} onChange={(next) => set(next ?? (field.nullable ? null : field.schema.default ?? next))} help={within(field.schema)} />;
    case "one": {
      const choices = (field.schema.enum ?? []).map((one) => ({ value: String(one), label: said(String(one)) }));
      return <SelectField {...about} value={String(value ?? "")} choices={field.nullable ? [{ value: "", label: "As set elsewhere" }, ...choices] : choices} onChange={text} />;
    }
    case "text":
      return <TextField {...about} value={String(value ?? "")} onChange={text} />;
    case "long":
      return <TextArea {...about} value={String(value ?? "")} onChange={text} />;
    case "words":
      return <Words {...about} value={(value as string[] | null) ?? []} onChange={set} />;
    case "map":
      return <Pairs {...about} value={(value as Record<string, string> | null) ?? {}} onChange={set} />;
    case "object":
      return <Inner field={field} path={path} form={form} root={root} special={special} value={value} />;
    case "list":
      return <Rows field={field} path={path} form={form} root={root} special={special} value={(value as unknown[] | null) ?? []} />;
    case "union":
      return <Choice field={field} path={path} form={form} root={root} special={special} value={value as Record<string, unknown> | null} />;
    default:
      return <Json {...about} value={value} onChange={set} />;
  }
}

const within = ({ minimum, maximum }: Schema): string | undefined => (minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : undefined);

interface Told {
  label: string;
  error: string | undefined;
}

/** Short texts, a line each. */
export function Words({ label, error, value, onChange }: Told & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextArea
      label={label}
      error={error}
      help="One on each line"
      rows={Math.min(6, Math.max(2, value.length + 1))}
      value={typed ?? value.join("\n")}
      onChange={(text) => {
        setTyped(text);
        onChange(text.split("\n").map((line) => line.trim()).filter(Boolean));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

/** Names with texts: "zip = {zip}". */
export function Pairs({ label, error, value, onChange }: Told & { value: Record<string, string>; onChange: (value: Record<string, string>) => void }) {
  const pairs = Object.entries(value);
  const put = (next: [string, string][]) => onChange(Object.fromEntries(next));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {pairs.map(([name, text], index) => (
        <div key={index} className="mb-1 grid grid-cols-[1fr_1fr_28px] gap-1">
          <TextField quiet label={`${label}: name ${index + 1}`} value={name} onChange={(next) => put(pairs.map((pair, other) => (other === index ? [next, pair[1]] : pair)))} className="font-mono" />
          <TextField quiet label={`${label}: text ${index + 1}`} value={text} onChange={(next) => put(pairs.map((pair, other) => (other === index ? [pair[0], next] : pair)))} className="font-mono" />
          <IconButton label={`Take away ${name || "this one"}`} onClick={() => put(pairs.filter((_, other) => other !== index))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      {error && <p className="mb-1 text-sm text-bad">{error}</p>}
      <Button onClick={() => put([...pairs, [unused(value), ""]])}>
        <Plus size={14} aria-hidden /> Add
      </Button>
    </fieldset>
  );
}

const unused = (value: object): string => {
  let name = "name";
  for (let n = 2; name in value; n++) name = `name${n}`;
  return name;
};

function Inner({ field, path, value, ...around }: Around & { field: Field; path: string; value: unknown }) {
  return (
    <fieldset className="grid min-w-0 gap-3 border-l-2 border-line pl-3">
      <legend className="float-left mb-2 w-full text-sm font-medium">{field.label}</legend>
      {field.nullable && <CheckField label={`With ${field.label.toLowerCase()}`} value={value != null} onChange={(on) => around.form.set(path, on ? emptyOf(field.schema, around.root) : null)} />}
      {value != null && <SchemaForm schema={field.schema} path={path} {...around} />}
    </fieldset>
  );
}

function Rows({ field, path, value, ...around }: Around & { field: Field; path: string; value: readonly unknown[] }) {
  const items = resolved(field.schema.items ?? {}, around.root);
  const put = (next: unknown[]) => around.form.set(path, next);
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 text-sm font-medium">{field.label}</legend>
      {value.map((_, index) => (
        <div key={index} className="grid gap-3 rounded-md border border-line p-2">
          <SchemaForm schema={items} path={`${path}.${index}`} {...around} />
          <div>
            <Button onClick={() => put(value.filter((_one, other) => other !== index))}>
              <X size={14} aria-hidden /> Take away
            </Button>
          </div>
        </div>
      ))}
      {around.form.error(path) && value.length === 0 && <p className="text-sm text-bad">{around.form.error(path)}</p>}
      <div>
        <Button onClick={() => put([...value, emptyOf(items, around.root)])}>
          <Plus size={14} aria-hidden /> {said(field.name)}
        </Button>
      </div>
    </fieldset>
  );
}

function Choice({ field, path, value, ...around }: Around & { field: Field; path: string; value: Record<string, unknown> | null }) {
  const { propertyName = "kind", mapping = {} } = field.schema.discriminator ?? {};
  const chosen = String(value?.[propertyName] ?? Object.keys(mapping)[0]);
  return (
    <fieldset className="grid min-w-0 gap-2">
      <SelectField label={field.label} value={chosen} choices={Object.keys(mapping).map((one) => ({ value: one, label: said(one) }))} onChange={(next) => around.form.set(path, emptyOf({ $ref: mapping[next]! }, around.root))} />
      <SchemaForm schema={{ $ref: mapping[chosen]! }} path={path} {...around} />
    </fieldset>
  );
}

/** What has no form of its own, as JSON; half a text is kept until it can be read. */
function Json({ label, error, value, onChange }: Told & { value: unknown; onChange: (value: unknown) => void }) {
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string>();
  return (
    <TextArea
      label={label}
      error={wrong ?? error}
      className="font-mono"
      value={typed ?? JSON.stringify(value ?? null, null, 2)}
      onChange={(text) => {
        setTyped(text);
        try {
          onChange(JSON.parse(text));
          setWrong(undefined);
        } catch (fault) {
          setWrong((fault as Error).message);
        }
      }}
      onBlur={() => wrong === undefined && setTyped(null)}
    />
  );
}
