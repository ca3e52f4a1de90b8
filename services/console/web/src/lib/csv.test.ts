import { expect, test } from "vitest";
import { csvOf } from "./csv";

test("what a spreadsheet would take for a formula is text, and numbers stay numbers", () => {
  expect(
    csvOf([
      ["Name", "Number"],
      ['=HYPERLINK("http://x")', "+13055550142"],
      ["a, b", "-1.50"],
      ["+evil()", ""],
    ]),
  ).toBe('Name,Number\r\n"\'=HYPERLINK(""http://x"")",+13055550142\r\n"a, b",-1.50\r\n\'+evil(),\r\n');
});
