import { said } from "@/lib/words";
import { LABELS } from "./steps/labels";

/** As much of JSON Schema as the API's language of flows uses. */
export interface Schema {
  $ref?: string;
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
  $defs?: Record<string, Schema>;
}

export type FieldKind = "fixed" | "text" | "long" | "whole" | "yes" | "three" | "one" | "words" | "list" | "map" | "object" | "union" | "json";

/** A field of a form, made of what the language says about it. */
export interface Field {
  name: string;
  label: string;
  kind: FieldKind;
  required: boolean;
  /** Nothing may be said: null. */
  nullable: boolean;
  schema: Schema;
  /** What the language calls its shape: "Prompt", "Schedule". */
  shape: string;
}

const LONG_FROM = 500; // characters that a text may have, from which it gets several lines

const nameOfRef = (ref: string): string => ref.split("/").at(-1) ?? "";

/** The schema behind a reference, with what stands beside the reference. */
export function resolved(schema: Schema, root: Schema): Schema {
  if (!schema.$ref) return schema;
  const { $ref, ...beside } = schema;
  return { ...resolved(root.$defs?.[nameOfRef($ref)] ?? {}, root), ...beside };
}

function kindOf(schema: Schema, root: Schema, nullable: boolean): FieldKind {
  if (schema.const !== undefined) return "fixed";
  if (schema.enum) return "one";
  if (schema.oneOf && schema.discriminator) return "union";
  switch (schema.type) {
    case "boolean":
      return nullable ? "three" : "yes";
    case "integer":
      return "whole";
    case "string":
      return (schema.maxLength ?? 0) >= LONG_FROM && !schema.pattern ? "long" : "text";
    case "array": {
      const items = resolved(schema.items ?? {}, root);
      return items.properties ? "list" : items.type === "string" ? "words" : "json";
    }
    case "object": {
      if (schema.properties) return "object";
      const of = schema.additionalProperties ?? Object.values(schema.patternProperties ?? {})[0];
      return typeof of === "object" && resolved(of, root).type === "string" ? "map" : "json";
    }
    default:
      return "json";
  }
}

export function fieldOf(name: string, given: Schema, root: Schema, required = false): Field {
  const some = given.anyOf?.filter((one) => one.type !== "null");
  const nullable = some !== undefined && some.length < (given.anyOf?.length ?? 0);
  const inner = some?.length === 1 ? some[0]! : given;
  const schema = { ...resolved(inner, root), ...(given.default !== undefined && { default: given.default }) };
  return { name, label: LABELS[name] ?? said(name), kind: kindOf(schema, root, nullable), required, nullable, schema, shape: nameOfRef(inner.$ref ?? "") };
}

/** The fields of an object, in the language's order, those that must be said first. */
export function fieldsOf(schema: Schema, root: Schema): Field[] {
  const whole = resolved(schema, root);
  const must = new Set(whole.required);
  const fields = Object.entries(whole.properties ?? {}).map(([name, one]) => fieldOf(name, one, root, must.has(name)));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

/** The schema of a kind of node. */
export function schemaOfNode(type: string, root: Schema): Schema | undefined {
  const ref = resolved(root.properties?.["nodes"] ?? {}, root).items?.discriminator?.mapping[type];
  return ref ? resolved({ $ref: ref }, root) : undefined;
}

/** The least that a new thing of this shape says. */
export function emptyOf(schema: Schema, root: Schema): unknown {
  const whole = resolved(schema, root);
  if (whole.const !== undefined) return whole.const;
  if (whole.enum) return whole.default ?? whole.enum[0];
  if (whole.oneOf?.[0]) return emptyOf(whole.oneOf[0], root);
  if (whole.properties)
    return Object.fromEntries(
      fieldsOf(whole, root)
        .filter((field) => field.required || field.kind === "fixed")
        .map((field) => [field.name, emptyOf(whole.properties![field.name]!, root)]),
    );
  return { string: "", integer: whole.minimum ?? 0, boolean: false, array: [], object: {} }[whole.type ?? ""] ?? null;
}
