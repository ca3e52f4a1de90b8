import { money } from "@/lib/money";
import { duration } from "@/lib/time";
import { said } from "@/lib/words";

type Kind = "count" | "money" | "share" | "seconds" | "number";
export type Value = number | string | null | undefined;

const MONEY = new Set(["revenue", "payout", "cost", "profit", "rpc", "rpcc", "visit_revenue", "revenue_per_visit"]);
const SHARES = new Set(["asr", "answer_rate", "conversion_rate", "margin", "call_rate"]);
const NAMES: Record<string, string> = { asr: "ASR", acl: "Average length", rpc: "Revenue per call", rpcc: "Revenue per connected", incoming: "Calls" };

export function kindOf(measure: string): Kind {
  if (MONEY.has(measure)) return "money";
  if (SHARES.has(measure)) return "share";
  if (measure === "acl" || measure.endsWith("_seconds")) return "seconds";
  return measure === "pages_per_visit" ? "number" : "count";
}

export const measureName = (measure: string): string => NAMES[measure] ?? said(measure);

/** A measure for reading; amounts stay exact text. */
export function told(measure: string, value: Value, currency: string): string {
  if (value == null) return "–";
  switch (kindOf(measure)) {
    case "money":
      return money(String(value), currency);
    case "share":
      return `${(Number(value) * 100).toFixed(1)}%`;
    case "seconds":
      return duration(Number(value));
    case "number":
      return Number(value).toFixed(1);
    default:
      return Number(value).toLocaleString("en-US");
  }
}

/** How a measure differs from before, in percent; shares differ by points. */
export function change(measure: string, now: Value, before: Value): string {
  if (now == null || before == null) return "";
  const share = kindOf(measure) === "share";
  if (!share && Number(before) === 0) return Number(now) === 0 ? "" : "new";
  const by = Math.round(share ? (Number(now) - Number(before)) * 100 : ((Number(now) - Number(before)) / Math.abs(Number(before))) * 100);
  return `${by > 0 ? "+" : by < 0 ? "−" : "±"}${Math.abs(by)}${share ? " pt" : "%"}`;
}
