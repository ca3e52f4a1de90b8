import type { Documents } from "@/api/records";

export type Entry = Documents["campaigns"]["assignments"][number];

/** What an entry of a plan names: "target:…", as a select's value. */
export const named = (entry: Partial<Entry>): string => (entry.rtb_router_id ? `router:${entry.rtb_router_id}` : entry.group_id ? `group:${entry.group_id}` : entry.target_id ? `target:${entry.target_id}` : "");

/** The entry with another thing in its place; what else it says stays. */
export function naming(entry: Partial<Entry>, value: string): Entry {
  const [kind, id = ""] = value.split(":");
  return { ...entry, target_id: kind === "target" ? id : null, group_id: kind === "group" ? id : null, rtb_router_id: kind === "router" ? id : null } as Entry;
}

/** What part of its tier's calls an entry gets by weight alone, in percent. */
export function share(plan: readonly Entry[], entry: Entry): number {
  const tier = plan.filter((one) => one.priority === entry.priority);
  const all = tier.reduce((sum, one) => sum + one.weight, 0);
  return all === 0 ? 0 : Math.round((100 * entry.weight) / all);
}

/** One place up or down; priorities stay where they are, so that the order is what was meant. */
export function moved(plan: readonly Entry[], at: number, by: 1 | -1): Entry[] {
  const to = at + by;
  const [one, other] = [plan[at], plan[to]];
  if (!one || !other) return [...plan];
  const next = [...plan];
  next[at] = { ...other, priority: one.priority };
  next[to] = { ...one, priority: other.priority };
  return next;
}

/** RTB asks bidders only through a router in the plan; without one it is on for nothing. */
export const lacksRouter = (document: { rtb_enabled: boolean; assignments: readonly Entry[] }): boolean => document.rtb_enabled && !document.assignments.some((entry) => entry.rtb_router_id);

export const NO_ROUTER = "Choose a router: without one, RTB asks nobody.";
