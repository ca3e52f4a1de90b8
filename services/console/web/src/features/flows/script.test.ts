import { expect, test } from "vitest";
import { asTest, inputsOf, instantOf, legsOf, lit, textOfInputs, wallOf, type Candidate, type Simulated } from "./script";

test("what a caller does is written in one line", () => {
  const text = "1, silence, message 9, my name is Ann, 94110#, hang up";
  const inputs = inputsOf(text);
  expect(inputs).toEqual([{ digits: "1" }, {}, { message_seconds: 9 }, { speech: "my name is Ann" }, { digits: "94110#" }, { hang_up: true }]);
  expect(textOfInputs(inputs)).toBe(text);
  expect(inputsOf(" ")).toEqual([]);
});

test("a clock in a zone is an instant, also where clocks are turned", () => {
  expect(instantOf("2026-01-15T09:30", "America/New_York")).toBe("2026-01-15T14:30:00.000Z");
  expect(instantOf("2026-07-15T09:30", "America/New_York")).toBe("2026-07-15T13:30:00.000Z");
  expect(instantOf("2026-03-08T12:00", "America/New_York")).toBe("2026-03-08T16:00:00.000Z");
  expect(wallOf("2026-01-15T05:00:00Z", "America/New_York")).toBe("2026-01-15T00:00");
});

const step = (node: string, port: string, flow_id = "f") => ({ flow_id, version: 1, node, type: "menu", port, heard: "", note: "", tags: {}, entered_at: "2026-01-01T00:00:00Z", left_at: "2026-01-01T00:00:00Z" });
const played = { turns: [{ steps: [step("menu", "1")] }, { steps: [step("other", "done", "g"), step("desk", "answered")] }] } as unknown as Simulated;

test("a walked way lights its steps and wires in this flow, and is what a test expects", () => {
  const found = lit(played.turns.flatMap((turn) => turn.steps), "f");
  expect([...found.nodes]).toEqual(["menu", "desk"]);
  expect([...found.wires]).toEqual(["menu 1", "desk answered"]);
  expect(asTest({ name: "x", seed: 3 }, played, "Sales")).toEqual({ name: "Sales", seed: 3, expects: { ports: ["menu 1", "other done", "desk answered"] } });
});

test("a plan's candidates are played in its order, without who is away or ruled out", () => {
  const one = (target_name: string, more: Partial<Candidate> = {}) => ({ target_name, verdict: "lost", ...more }) as Candidate;
  const candidates = [one("Desk"), one("Closed desk", { verdict: "excluded" }), one("Bidders", { verdict: "excluded", rule: "unsold", rtb_router_id: "r" }), one("RTB is off", { verdict: "excluded", rule: "rtb_off", rtb_router_id: "s" }), one("Hotline")];
  expect(legsOf(candidates, ({ target_name }) => (target_name === "Hotline" ? "away" : "busy"))).toEqual([
    { does: "busy", name: "Desk" },
    { does: "busy", name: "Bidders" },
  ]);
});
