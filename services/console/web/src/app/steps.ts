import { Clock, Code, Database, Ear, GitBranch, Globe, Keyboard, ListOrdered, LogOut, Music, PhoneForwarded, PhoneOff, Route, Send, Split, Tag, Voicemail, Volume2, Workflow, type LucideIcon } from "lucide-react";

export const GROUPS = ["Talk", "Decide", "Route", "Measure", "End"] as const;
export type Group = (typeof GROUPS)[number];

/** How a kind of flow step is shown wherever it is named: palette, drawing, outline, path of a call. */
export interface StepLook {
  group: Group;
  icon: LucideIcon;
  word: string;
}

/** A quiet colour for each group; never alone: an icon and a word stand beside. */
export const TINT: Record<Group, string> = { Talk: "text-talk", Decide: "text-decide", Route: "text-accent", Measure: "text-measure", End: "text-muted" };

export const LOOKS = {
  menu: { group: "Talk", icon: ListOrdered, word: "Menu" },
  gather: { group: "Talk", icon: Keyboard, word: "Gather" },
  play: { group: "Talk", icon: Volume2, word: "Play" },
  voicemail: { group: "Talk", icon: Voicemail, word: "Voicemail" },
  hold: { group: "Talk", icon: Music, word: "Hold" },
  hours: { group: "Decide", icon: Clock, word: "Hours" },
  splitter: { group: "Decide", icon: Split, word: "Splitter" },
  condition: { group: "Decide", icon: GitBranch, word: "Condition" },
  code: { group: "Decide", icon: Code, word: "Code" },
  router: { group: "Route", icon: Route, word: "Router" },
  transfer: { group: "Route", icon: PhoneForwarded, word: "Transfer" },
  whisper: { group: "Route", icon: Ear, word: "Whisper" },
  sub_flow: { group: "Route", icon: Workflow, word: "Sub-flow" },
  pixel: { group: "Measure", icon: Send, word: "Pixel" },
  http_request: { group: "Measure", icon: Globe, word: "HTTP request" },
  enrich: { group: "Measure", icon: Database, word: "Enrich" },
  set_tags: { group: "Measure", icon: Tag, word: "Set tags" },
  hang_up: { group: "End", icon: PhoneOff, word: "Hang up" },
  exit: { group: "End", icon: LogOut, word: "Exit" },
} as const satisfies Record<string, StepLook>;

export const UNKNOWN_LOOK: StepLook = { group: "End", icon: Workflow, word: "Unknown" };

/** How a step looks, by its kind. */
export const lookOf = (type: string): StepLook => (LOOKS as Record<string, StepLook>)[type] ?? UNKNOWN_LOOK;
