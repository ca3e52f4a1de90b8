import { oneOf, short, text, yes, type Given } from "@/lib/search";
import type { AgentState } from "./queries";

const STATES = ["available", "busy", "on_break", "training", "offline"] as const satisfies readonly AgentState[];

/** Which agents; `mine`: those whom one looks after. */
export interface AgentSearch {
  state?: AgentState;
  skill?: string;
  mine?: boolean;
  /** Who is shown beside the list. */
  open?: string;
}

export const readAgentSearch = (given: Given): AgentSearch => short<AgentSearch>({ state: oneOf(given, "state", STATES), skill: text(given, "skill", 60), mine: yes(given, "mine") || undefined, open: text(given, "open", 36) });
