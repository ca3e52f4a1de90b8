import type { Schemas } from "@/api/client";
import type { Script } from "./document";
import { wireId } from "./graph";

export type Simulated = Schemas["FlowSimulated"];
export type Step = Schemas["FlowStep"];
type Input = { digits?: string; speech?: string; message_seconds?: number; hang_up?: boolean };

/** "1, silence, message 9, my name is Ann, hang up" as what a caller does, in turn. */
export const inputsOf = (text: string): Input[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean)
    .map((one) => {
      if (/^[0-9*#]{1,60}$/.test(one)) return { digits: one };
      if (/^silence$/i.test(one)) return {};
      if (/^hangs? up$/i.test(one)) return { hang_up: true };
      const message = /^message (\d{1,3})$/i.exec(one);
      return message ? { message_seconds: Number(message[1]) } : { speech: one };
    });

export const textOfInputs = (inputs: readonly Input[]): string =>
  inputs.map((one) => (one.hang_up ? "hang up" : one.digits || one.speech || (one.message_seconds ? `message ${one.message_seconds}` : "silence"))).join(", ");

const parts = (zone: string) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });

/** What a clock in the zone shows at an instant: "2026-03-01T09:30". */
export function wallOf(instant: string, zone: string): string {
  const found = Object.fromEntries(parts(zone).formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
  return `${found["year"]}-${found["month"]}-${found["day"]}T${found["hour"]}:${found["minute"]}`;
}

/** When a clock in the zone shows this; a time that is left out in spring is the hour after. */
export function instantOf(wall: string, zone: string): string {
  const wanted = Date.parse(`${wall}Z`);
  let guess = wanted;
  for (let turn = 0; turn < 2; turn++) guess += wanted - Date.parse(`${wallOf(new Date(guess).toISOString(), zone)}Z`);
  return new Date(guess).toISOString();
}

/** The steps of a played call in their order. */
export const stepsOf = (played: Simulated): Step[] => played.turns.flatMap((turn) => turn.steps);

/** What a way lights: nodes that were come to, and wires that were taken; those of this flow alone. */
export function lit(steps: readonly Step[], flowId: string): { nodes: Set<string>; wires: Set<string> } {
  const mine = steps.filter((step) => step.flow_id === flowId);
  return { nodes: new Set(mine.map((step) => step.node)), wires: new Set(mine.map((step) => wireId({ source: step.node, port: step.port }))) };
}

export type Candidate = Schemas["CandidateVerdict"];
/** What somebody of the plan does when her turn comes; who is away is passed over. */
export type Does = "answers" | "busy" | "no_answer" | "away";

/** Whether her turn can come: she was not ruled out, or only bidders could say, who are not asked here. */
export const playable = (one: Candidate): boolean => one.verdict !== "excluded" || one.rule === "unsold";

/** The plan's candidates as legs that are played in their order. */
export const legsOf = (candidates: readonly Candidate[], does: (one: Candidate) => Does) =>
  candidates
    .filter((one) => playable(one) && does(one) !== "away")
    .map((one) => ({ does: does(one), name: one.target_name.slice(0, 120) }));

/** The played call as a test: what came of it is what is expected from now on. */
export function asTest(script: Script, played: Simulated, name: string): Script {
  return { ...script, name, expects: { ports: stepsOf(played).map((step) => `${step.node} ${step.port}`) } };
}

/** What the caller hears or what is done with her, in words. */
export function saidBy(verb: Simulated["turns"][number]["verbs"][number]): string {
  switch (verb.verb) {
    case "say":
      return `“${verb.text}”`;
    case "play":
      return `Plays ${verb.url}`;
    case "pause":
      return `${verb.seconds} s of silence`;
    case "gather":
      return [...(verb.prompts ?? []).map(saidBy), verb.speech ? "Waits for keys or words" : "Waits for keys"].join(" ");
    case "record":
      return "Records a message";
    case "dial": {
      const to = verb.destination as { number?: string; address?: string };
      return `Dials ${to.number ?? to.address ?? "somebody"}`;
    }
    case "hangup":
      return "Hangs up";
    default:
      return verb.verb;
  }
}
