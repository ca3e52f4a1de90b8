import { expect, test } from "vitest";
import { tabOf } from "./fields";
import { begunAt, MACROS, withMacro } from "./macros";
import { read } from "./paths";

test("each value of a sample has its path", () => {
  expect(read('{"offers":[{"price":"31.00","odd key":null}],"ok":true}')).toEqual([
    { path: "$.offers[0].price", value: '"31.00"' },
    { path: "$.offers[0]['odd key']", value: "null" },
    { path: "$.ok", value: "true" },
  ]);
  expect(read("<bid/>")).toBeNull();
  expect(read(JSON.stringify(Array.from({ length: 1_000 }, (_, at) => at)))).toHaveLength(200);
});

test("a macro is offered as it is typed, and put in the place of what was begun", () => {
  const text = '{"zip": "{callerz}"}';
  const caret = text.indexOf("}");
  const begun = begunAt(text, caret)!;
  expect(begun.offered.map(([name]) => name)).toEqual(["callerZip"]);
  expect(withMacro(text, caret, begun, "callerZip")).toEqual({ text: '{"zip": "{callerZip}"}', caret: 20 });
  expect(begunAt("[tag:geo", 8)!.offered.map(([name]) => name)).toContain("tag:Geo:ZipCode");
  expect(begunAt("no macro", 8)).toBeNull();
});

const manuals = import.meta.glob("../../../../../../docs/macros.md", { query: "?raw", import: "default", eager: true }) as Record<string, string>;

test("every macro that is offered stands in the manual", () => {
  const [manual = ""] = Object.values(manuals);
  expect(MACROS.map(([name]) => name).filter((name) => !name.startsWith("tag:Publisher") && !manual.includes(`\`${name}\``) && !manual.includes(`\`[${name}]\``))).toEqual([]);
});

test("a field that is refused is looked for on its tab", () => {
  expect(["name", "headers.0.value", "template", "response.amount", "caps.limits.0.most", "notices.win"].map(tabOf)).toEqual(["basic", "endpoint", "request", "response", "limits", "leg"]);
});
