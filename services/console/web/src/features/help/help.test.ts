import { expect, test } from "vitest";
import { blocksOf, spansOf } from "./markdown";

test("an answer's Markdown becomes blocks", () => {
  expect(blocksOf("## Money\n\nIt is **owed**\nsince `noon`.\n\n- one\n- two\n\n1. first\n\n```sh\nmake run\n```\n")).toEqual([
    { kind: "heading", spans: [{ kind: "text", text: "Money" }] },
    { kind: "paragraph", spans: [{ kind: "text", text: "It is " }, { kind: "strong", text: "owed" }, { kind: "text", text: " " }, { kind: "text", text: "since " }, { kind: "code", text: "noon" }, { kind: "text", text: "." }] },
    { kind: "list", ordered: false, items: [[{ kind: "text", text: "one" }], [{ kind: "text", text: "two" }]] },
    { kind: "list", ordered: true, items: [[{ kind: "text", text: "first" }]] },
    { kind: "code", text: "make run" },
  ]);
});

test("links lead only where nothing runs", () => {
  expect(spansOf("**[Money](/docs/money#owed)**")).toEqual([{ kind: "link", text: "Money", to: "/docs/money#owed" }]);
  expect(spansOf("[x](javascript:alert(1))").every((span) => span.kind === "text")).toBe(true);
  expect(spansOf("<img onerror=1>")).toEqual([{ kind: "text", text: "<img onerror=1>" }]);
});
