import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { said } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { NumberField, SelectField } from "@/ui/field";
import { at, type Form } from "./form";
import { freePeriod } from "./limits";
import { ZoneField } from "./zone";

const COUNTED = ["attempt", "connection", "conversion", "revenue"] as const satisfies readonly Schemas["Counted"][];
const PERIODS = ["hour", "day", "week", "month", "total"] as const satisfies readonly Schemas["Period"][];
const choices = (words: readonly string[]) => words.map((value) => ({ value, label: said(value) }));

/** How many at once, and how much in each period; periods begin by the clock of the zone. */
export function CapsEditor({ form, counted = COUNTED }: { form: Form; counted?: readonly Schemas["Counted"][] }) {
  const limits = at<Schemas["Limit"][]>(form, "caps.limits") ?? [];
  const first = counted.includes("connection") ? "connection" : counted[0]!;
  const free = freePeriod(limits, first);
  const add = () => form.set("caps.limits", [...limits, { counts: first, period: free, most: 100 }]);
  return (
    <>
      <NumberField label="Calls at once" help="Empty: as many as come." value={at<number>(form, "caps.concurrency") ?? null} onChange={(most) => form.set("caps.concurrency", most)} error={form.error("caps.concurrency")} />
      {limits.map((limit, index) => (
        <div key={index} className="flex flex-wrap items-end gap-2">
          <NumberField label="At most" value={limit.most} onChange={(most) => form.set(`caps.limits.${index}.most`, most)} error={form.error(`caps.limits.${index}`)} className="w-28" />
          <SelectField label="Of" value={limit.counts} choices={choices(counted)} onChange={(counts) => form.set(`caps.limits.${index}.counts`, counts)} />
          <SelectField label="Per" value={limit.period} choices={choices(PERIODS)} onChange={(period) => form.set(`caps.limits.${index}.period`, period)} />
          <IconButton label={`Take away limit ${index + 1}`} onClick={() => form.set("caps.limits", limits.filter((_, other) => other !== index))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button onClick={add} disabled={!free}>
          <Plus size={14} aria-hidden /> Limit
        </Button>
      </div>
      <ZoneField label="Time zone of periods" form={form} path="zone" />
    </>
  );
}
