import type { Schemas } from "@/api/client";

export interface Bar {
  id: string;
  label: string;
  kind: "call" | "flow" | "decision" | "auction" | "ring" | "talk";
  /** Milliseconds since 1970. */
  from: number;
  to: number;
}

const ms = (at: string | null | undefined): number | null => (at ? new Date(at).getTime() : null);

/** What a call's record and facts come to on one axis, in the order of their beginning. */
export function bars(call: Schemas["CallRecord"], timeline: readonly Schemas["TimelineEntry"][]): Bar[] {
  const known = timeline.map((entry) => new Date(entry.at).getTime());
  const end = ms(call.ended_at) ?? Math.max(...known, 0);
  const found: Bar[] = [];
  const add = (id: string, label: string, kind: Bar["kind"], from: number | null, to: number | null) => {
    if (from !== null) found.push({ id, label, kind, from, to: Math.max(from, to ?? end) });
  };
  add("call", "On the line", "call", ms(call.arrived_at), end);
  for (const leg of call.legs) {
    const name = leg.target_name || leg.destination || `Leg ${leg.step + 1}`;
    const answered = ms(leg.answered_at);
    add(`ring${leg.step}`, `${name}: ringing`, "ring", ms(leg.dialled_at), answered ?? ms(leg.ended_at));
    add(`talk${leg.step}`, `${name}: talking`, "talk", ms(leg.accepted_at) ?? answered, ms(leg.ended_at));
  }
  timeline.forEach((entry, at) => {
    const when = new Date(entry.at).getTime();
    if (entry.subject.startsWith("event.call.routed.")) add(`routed${at}`, `Decision ${(entry.step ?? 0) + 1}`, "decision", when, when);
    if (entry.subject.startsWith("event.flow.")) add(`flow${at}`, "Call flow", "flow", when, when);
    if (entry.subject.startsWith("event.auction.closed.")) add(`auction${at}`, "Auction", "auction", when - Number(entry.fact["milliseconds"] ?? 0), when);
  });
  return found.sort((one, other) => one.from - other.from || other.to - one.to);
}
