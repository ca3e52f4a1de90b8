import type { Schemas } from "@/api/client";

const OFFERED = ["day", "hour", "week", "month", "total"] as const satisfies readonly Schemas["Period"][];

/** The period of one more limit of what is counted: the first that has none yet, if there is one. */
export const freePeriod = (limits: readonly Schemas["Limit"][], counts: Schemas["Counted"] = "connection"): Schemas["Period"] | undefined => OFFERED.find((period) => !limits.some((one) => one.counts === counts && one.period === period));
