import type { Schemas } from "@/api/client";
import type { All } from "@/api/pages";
import { money, USUAL } from "@/lib/money";

export interface Figures {
  calls: string;
  revenue: string;
  numbers: string;
}

/** What each campaign has had today and how many numbers lead to it; "–" for what is not known. */
export function figuresOf(today: All<Schemas["ReportRow"]> | undefined, numbers: All<{ document: { campaign_id?: string | null } }> | undefined, currency: string = USUAL): (id: string) => Figures {
  const rows = new Map(today?.items.map((row) => [row.keys[0], row.measures]));
  const counts = new Map<string, number>();
  for (const { document } of numbers?.items ?? []) if (document.campaign_id) counts.set(document.campaign_id, (counts.get(document.campaign_id) ?? 0) + 1);
  return (id) => {
    const told = rows.get(id) ?? (today?.whole ? { incoming: 0, revenue: "0" } : {});
    return {
      calls: told["incoming"] == null ? "–" : Number(told["incoming"]).toLocaleString("en-US"),
      revenue: told["revenue"] == null ? "–" : money(String(told["revenue"]), currency),
      numbers: numbers ? `${counts.get(id) ?? 0}${numbers.whole ? "" : "+"}` : "–",
    };
  };
}
