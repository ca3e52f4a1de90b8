import { oneOf, short, text, yes, type Given } from "@/lib/search";

export const STATES = ["draft", "published", "paused", "archived"] as const;

/** What stands in the URL of the list of flows. */
export interface FlowSearch {
  contains?: string;
  state?: (typeof STATES)[number];
}

export const readFlowSearch = (given: Given): FlowSearch => short<FlowSearch>({ contains: text(given, "contains", 200), state: oneOf(given, "state", STATES) });

export const VIEWS = ["outline"] as const;
export const DRAWERS = ["simulator", "tests", "problems"] as const;
export type Drawer = (typeof DRAWERS)[number];

/** What stands in the URL of the editor: what is open, which step is chosen, whose call is walked. */
export interface EditorSearch {
  view?: (typeof VIEWS)[number];
  drawer?: Drawer;
  step?: string;
  call?: string;
  traffic?: boolean;
}

export const readEditorSearch = (given: Given): EditorSearch => short<EditorSearch>({ view: oneOf(given, "view", VIEWS), drawer: oneOf(given, "drawer", DRAWERS), step: text(given, "step", 64), call: text(given, "call", 36), traffic: yes(given, "traffic") });
