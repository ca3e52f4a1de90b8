import { expect, test } from "vitest";
import { sounded } from "./sounded";

const NOTHING = { mos: null, jitter_ms: null, packet_loss_percent: null, tags: [], reason: "" };

test("what was measured stands on one line, and what was not is explained", () => {
  expect(sounded({ ...NOTHING, status: "complete", jitter_ms: 4.25, packet_loss_percent: 1.5, tags: ["high_jitter"] })).toBe("Jitter 4.25 ms · 1.5 % of packets lost · high jitter");
  expect(sounded({ ...NOTHING, status: "partial", mos: 4.1 })).toBe("Opinion score 4.1 of 5 (the carrier had not finished)");
  expect(sounded({ ...NOTHING, status: "complete" })).toBe("Nothing out of the ordinary");
  expect(sounded({ ...NOTHING, status: "unknown", reason: "the carrier does not answer" })).toBe("Nothing is known: the carrier does not answer.");
});
