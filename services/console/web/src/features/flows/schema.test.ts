import { expect, test } from "vitest";
import { emptyOf, fieldOf, fieldsOf, schemaOfNode, type Schema } from "./schema";
import { highlighted } from "./steps/highlight";
import { errorAt, troublesOf, weightsOf } from "./troubles";
import { Problem } from "@/api/errors";
import { read } from "./document";

const ROOT: Schema = {
  $defs: {
    Prompt: { type: "object", properties: { text: { type: "string", maxLength: 4096 }, audio: { anyOf: [{ type: "string" }, { type: "null" }] } } },
    Option: { type: "object", required: ["key"], properties: { key: { type: "string", pattern: "^.$" }, words: { type: "array", items: { type: "string" } } } },
    Method: { type: "string", enum: ["GET", "POST"] },
    Phone: { type: "object", required: ["number"], properties: { kind: { const: "phone", type: "string" }, number: { type: "string" } } },
    Menu: {
      type: "object",
      required: ["options"],
      properties: {
        type: { const: "menu", type: "string" },
        again: { anyOf: [{ $ref: "#/$defs/Prompt" }, { type: "null" }], default: null },
        tries: { type: "integer", minimum: 0, maximum: 10, default: 2 },
        loud: { anyOf: [{ type: "boolean" }, { type: "null" }] },
        method: { $ref: "#/$defs/Method", default: "GET" },
        tags: { type: "object", additionalProperties: { type: "string" } },
        options: { type: "array", items: { $ref: "#/$defs/Option" } },
      },
    },
  },
  properties: { nodes: { type: "array", items: { oneOf: [{ $ref: "#/$defs/Menu" }], discriminator: { propertyName: "type", mapping: { menu: "#/$defs/Menu" } } } } },
};

test("each shape of the language has its field", () => {
  const fields = fieldsOf(schemaOfNode("menu", ROOT)!, ROOT);
  expect(fields.map((field) => [field.name, field.kind, field.nullable, field.shape])).toEqual([
    ["options", "list", false, ""],
    ["type", "fixed", false, ""],
    ["again", "object", true, "Prompt"],
    ["tries", "whole", false, ""],
    ["loud", "three", true, ""],
    ["method", "one", false, "Method"],
    ["tags", "map", false, ""],
  ]);
  expect(fieldOf("x", { type: "string", maxLength: 4096 }, ROOT).kind).toBe("long");
  expect(fieldOf("to", { oneOf: [{ $ref: "#/$defs/Phone" }], discriminator: { propertyName: "kind", mapping: { phone: "#/$defs/Phone" } } }, ROOT).kind).toBe("union");
});

test("a new thing says the least that it must", () => {
  expect(emptyOf({ $ref: "#/$defs/Option" }, ROOT)).toEqual({ key: "" });
  expect(emptyOf({ $ref: "#/$defs/Phone" }, ROOT)).toEqual({ number: "", kind: "phone" });
});

test("code is coloured and stays as it is", () => {
  const source = 'if (x > 7) return "a // b"; // so\nconst y = `${x}`;';
  const pieces = highlighted(source);
  expect(pieces.map((piece) => piece.text).join("")).toBe(source);
  expect(pieces.filter((piece) => piece.look === "text").map((piece) => piece.text)).toEqual(['"a // b"', "`${x}`"]);
  expect(pieces.find((piece) => piece.look === "remark")?.text).toBe("// so");
});

test("what the API refuses lands at its step and field, before what it has found", () => {
  const document = read({ id: "f", name: "n", start: "menu", nodes: [{ id: "menu", type: "menu" }] });
  const refused = new Problem({ type: "", title: "", status: 422, code: "malformed", detail: "", request_id: "", errors: [{ path: "body.nodes.0.menu.options.0.key", problem: "no key" }] });
  const troubles = troublesOf(document, [{ weight: "warning", code: "timeout", text: "t", node: "menu", path: "" }, { weight: "error", code: "x", text: "e", node: "gone", path: "" }], refused);
  expect(troubles.map((one) => [one.node, one.path, one.refused ?? false])).toEqual([["menu", "options.0.key", true], ["menu", "", false]]);
  expect(errorAt(troubles, "menu", "options.0")).toBe("No key");
  expect(weightsOf(troubles).get("menu")).toBe("error");
});
