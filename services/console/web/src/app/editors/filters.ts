import type { Schemas } from "@/api/client";

export const OPERATORS = ["==", "!=", "in", "not in", "<", ">", "<=", ">=", "exists", "not exists", "begins with", "contains", "matches regex"] as const satisfies readonly Schemas["Operator"][];
export const NEEDS_NOTHING: readonly Schemas["Operator"][] = ["exists", "not exists"];
export const NEEDS_LIST: readonly Schemas["Operator"][] = ["in", "not in"];

export const FRESH_TEST: Schemas["TagTest"] = { tag: "source", operator: "==", value: "", values: [] };
export const FRESH_FILTER: Schemas["TagFilter-Output"] = { match: "all", tests: [FRESH_TEST], groups: [] };

/** A test without what its operator has no use for. */
export function fitting(test: Schemas["TagTest"]): Schemas["TagTest"] {
  if (NEEDS_NOTHING.includes(test.operator)) return { ...test, value: "", values: [] };
  return NEEDS_LIST.includes(test.operator) ? { ...test, value: "" } : { ...test, values: [] };
}
