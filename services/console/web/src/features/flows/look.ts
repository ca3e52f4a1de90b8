import type { Group } from "./kinds";

/** A quiet colour for each group, the same in palette, canvas, outline and path; never alone: an icon and a word stand beside. */
export const TINT: Record<Group, string> = { Talk: "text-talk", Decide: "text-decide", Route: "text-accent", Measure: "text-measure", End: "text-muted" };
