import { LOOKS, UNKNOWN_LOOK, type StepLook } from "@/app/steps";
import { ZONE } from "@/lib/time";
import { plural } from "@/lib/words";
import type { FlowNode } from "./document";

export interface Kind extends StepLook {
  about: string;
  /** The exits of such a node, as the engine knows them. */
  ports: (node: FlowNode) => string[];
  /** Its settings in one line. */
  summary: (node: FlowNode) => string;
  /** What a new one says, so that it can be saved as it is. */
  fresh: () => Record<string, unknown>;
}

type Listed = Record<string, unknown>[];
const list = (value: unknown): Listed => (Array.isArray(value) ? (value as Listed) : []);
const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const words = (prompt: unknown): string => {
  const said = prompt as { text?: string; audio?: string | null } | null | undefined;
  return said?.text || said?.audio || "";
};
const host = (url: unknown): string => String(url ?? "").replace(/^https?:\/\//, "").split(/[/?]/)[0] ?? "";
const asked = ["invalid", "timeout"];
const DIALLING = ["answered", "no_answer", "no_buyer", "gone"];
const OFFICE = { days: ["monday", "tuesday", "wednesday", "thursday", "friday"], opens: "09:00", closes: "17:00" };

const shares = (node: FlowNode): string => list(node["branches"]).map((one) => `${String(one["name"])} ${String(one["share"] ?? 1)}`).join(" · ");

/** Every kind of node: the order is that of the palette. */
export const KINDS: Record<string, Kind> = {
  menu: {
    ...LOOKS.menu, about: "A key or a word chooses the way",
    ports: (node) => [...list(node["options"]).map((one) => String(one["key"])), ...asked],
    summary: (node) => words(node["prompt"]),
    fresh: () => ({ prompt: { text: "For sales, press 1. For service, press 2." }, options: [{ key: "1", label: "Sales" }, { key: "2", label: "Service" }] }),
  },
  gather: {
    ...LOOKS.gather, about: "Keys or words become a tag",
    ports: () => ["done", ...asked],
    summary: (node) => `${String(node["tag"] ?? "")}: ${words(node["prompt"])}`,
    fresh: () => ({ prompt: { text: "Please key in your ZIP code." }, tag: "gathered:zip", digits_min: 5, digits_max: 5 }),
  },
  play: {
    ...LOOKS.play, about: "The caller hears words or a recording",
    ports: () => ["done"],
    summary: (node) => list(node["prompts"]).map(words).join(" "),
    fresh: () => ({ prompts: [{ text: "Thank you for calling {campaign}." }] }),
  },
  voicemail: {
    ...LOOKS.voicemail, about: "The caller leaves a message",
    ports: () => ["recorded", "silence"],
    summary: (node) => words(node["prompt"]),
    fresh: () => ({ prompt: { text: "Please leave a message after the tone." } }),
  },
  hold: {
    ...LOOKS.hold, about: "The caller waits with music, in rounds",
    ports: () => ["round", "left", "exhausted"],
    summary: (node) => `${String(node["rounds"] ?? 5)} rounds of ${String(node["seconds"] ?? 20)} s`,
    fresh: () => ({ music: { text: "Thank you for waiting." } }),
  },
  hours: {
    ...LOOKS.hours, about: "Open, closed, or a holiday",
    ports: () => ["open", "closed", "holiday"],
    summary: (node) => {
      const schedule = node["schedule"] as { zone?: string; hours?: Listed } | undefined;
      const first = list(schedule?.hours)[0];
      return [first ? `${String(first["opens"])} to ${String(first["closes"])}` : "Never open", schedule?.zone].filter(Boolean).join(", ");
    },
    fresh: () => ({ schedule: { zone: ZONE, hours: [OFFICE] } }),
  },
  splitter: {
    ...LOOKS.splitter, about: "Callers are shared among branches",
    ports: (node) => [...list(node["branches"]).map((one) => String(one["name"])), "otherwise"],
    summary: shares,
    fresh: () => ({ strategy: "percentage", branches: [{ name: "A", share: 50 }, { name: "B", share: 50 }] }),
  },
  condition: {
    ...LOOKS.condition, about: "The first expression that holds",
    ports: (node) => [...new Set(list(node["cases"]).map((one) => String(one["port"]))), "otherwise", "failure"],
    summary: (node) => list(node["cases"]).map((one) => String(one["expression"])).join(" · "),
    fresh: () => ({ cases: [{ port: "yes", expression: "caller.state == 'NY'" }] }),
  },
  code: {
    ...LOOKS.code, about: "Your own JavaScript decides, in a sandbox",
    ports: (node) => [...strings(node["routes"]), "failure"],
    summary: (node) => String(node["source"] ?? "").trim().split("\n")[0] ?? "",
    fresh: () => ({ routes: ["vip", "other"], source: 'return { route: caller.state === "NY" ? "vip" : "other" };' }),
  },
  router: {
    ...LOOKS.router, about: "Finds somebody by the plan and dials",
    ports: () => DIALLING,
    summary: (node) => {
      const plan = (node["plan"] ?? {}) as Record<string, unknown>;
      const own = list(plan["entries"]).length + list(plan["numbers"]).length;
      return own > 0 ? plural(own, "destination") : "The campaign's plan";
    },
    fresh: () => ({}),
  },
  transfer: {
    ...LOOKS.transfer, about: "Dials one number",
    ports: () => DIALLING,
    summary: (node) => {
      const to = (node["destination"] ?? {}) as Record<string, unknown>;
      return String(to["number"] ?? to["address"] ?? "");
    },
    fresh: () => ({ destination: { kind: "phone", number: "+12125550100" } }),
  },
  whisper: {
    ...LOOKS.whisper, about: "What whoever picks up hears first",
    ports: () => ["done"],
    summary: (node) => String(node["message"] ?? ""),
    fresh: () => ({ message: "A caller from {caller_state}." }),
  },
  sub_flow: {
    ...LOOKS.sub_flow, about: "Another flow, and its ways out",
    ports: (node) => [...strings(node["exits"]), "done", "failure"],
    summary: (node) => strings(node["exits"]).join(", ") || "Another flow",
    fresh: () => ({ flow_id: "00000000-0000-4000-8000-000000000000", exits: [] }),
  },
  pixel: {
    ...LOOKS.pixel, about: "Tells a partner, behind the caller's back",
    ports: () => ["done"],
    summary: (node) => host(node["url"]) || String(node["event"] ?? ""),
    fresh: () => ({ event: "qualified" }),
  },
  http_request: {
    ...LOOKS.http_request, about: "Asks somebody while the caller waits",
    ports: () => ["done", "failure"],
    summary: (node) => host(node["url"]),
    fresh: () => ({ url: "https://crm.example.com/by-phone", parameters: { phone: "{caller}" } }),
  },
  enrich: {
    ...LOOKS.enrich, about: "Asks, and keeps the answer for a while",
    ports: () => ["done", "failure"],
    summary: (node) => host(node["url"]),
    fresh: () => ({ url: "https://data.example.com/{caller}" }),
  },
  set_tags: {
    ...LOOKS.set_tags, about: "Tags from texts",
    ports: () => ["done"],
    summary: (node) => Object.keys((node["tags"] ?? {}) as object).join(", "),
    fresh: () => ({ tags: { source: "phone" } }),
  },
  hang_up: {
    ...LOOKS.hang_up, about: "The end, or back to the plan",
    ports: () => [],
    summary: (node) => words(node["prompt"]) || String(node["reason"] ?? ""),
    fresh: () => ({ prompt: { text: "Goodbye." } }),
  },
  exit: {
    ...LOOKS.exit, about: "Out of this flow, to the one that called it",
    ports: () => [],
    summary: (node) => String(node["port"] ?? "done"),
    fresh: () => ({ port: "done" }),
  },
};

const UNKNOWN: Kind = { ...UNKNOWN_LOOK, about: "This application does not know such a step", ports: () => [], summary: (node) => node.type, fresh: () => ({}) };

export const kindOf = (node: FlowNode): Kind => KINDS[node.type] ?? UNKNOWN;
export const portsOf = (node: FlowNode): string[] => kindOf(node).ports(node);
export const nameOf = (node: FlowNode): string => node.label || kindOf(node).word;

const ENDS = new Set(["answered", "gone", "recorded", "silence"]);

/** A port by which the call simply ends where it leads nowhere. */
export const endsBy = (port: string): boolean => ENDS.has(port);
