import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "@/api/client";
import { hourShown, shown } from "@/lib/zones";
import { Chart, type Series } from "@/ui/chart";
import { SelectField } from "@/ui/field";
import { kindOf, measureName, told } from "@/lib/measures";
import { ask, bodyOf } from "./question";
import { spanOfSearch, type Filled } from "./search";
import { partOf, partsOf } from "./spans";

const POINTS_MAX = 1_000; // more parts than any span is drawn by

/** One of the measures over the report's time, beside what it was before. */
export function Timeline({ all, now }: { all: Filled; now: number }) {
  const [chosen, setChosen] = useState<string>();
  const measure = chosen && all.show.includes(chosen) ? chosen : (all.show[0] ?? "");
  const span = spanOfSearch(all, now);
  const part = partOf(span);
  const body: Schemas["Report"] = { ...bodyOf(all, now), group_by: [part], columns: [measure], order_by: "" };
  const asked = useQuery({ queryKey: ["reports", all.about, "timeline", body], queryFn: () => ask(all.about, body, { limit: POINTS_MAX }), enabled: measure !== "", placeholderData: (before) => before });
  if (!measure || !asked.data) return <div className="h-56 border-b border-line" />;
  const rows = new Map(asked.data.rows.map((row) => [new Date(row.keys[0] ?? "").getTime(), row]));
  const times = partsOf(span, part, all.zone);
  const oneDay = times.length <= 25; // of which one may come twice
  const nothing = kindOf(measure) === "share" ? null : 0; // of no calls there is no share
  const number = (value: string | number | null | undefined) => (value == null ? nothing : Number(value));
  const series: Series[] = [{ name: measureName(measure), tone: "accent", values: times.map((at) => (at > now ? null : number(rows.get(at)?.measures[measure]))) }];
  if (all.against) series.unshift({ name: all.against === "week_before" ? "A week before" : "The period before", tone: "faint", dashed: true, values: times.map((at) => number(rows.get(at)?.before?.[measure])) });
  return (
    <div className="flex flex-wrap items-start gap-4 border-b border-line p-4">
      <div className="min-w-0 flex-1 basis-80">
        <Chart label={`${measureName(measure)} by ${part}`} times={times.map((at) => (part === "hour" ? hourShown(at, all.zone, oneDay) : shown(at, all.zone)))} series={series} format={(value) => told(measure, value, asked.data.currency)} />
      </div>
      {all.show.length > 1 && <SelectField label="Drawn" value={measure} choices={all.show.map((value) => ({ value, label: measureName(value) }))} onChange={setChosen} className="w-40" />}
    </div>
  );
}
