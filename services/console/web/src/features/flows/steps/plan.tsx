import { Plus, X } from "lucide-react";
import { useNames } from "@/api/names";
import { named, naming, type Entry } from "@/app/editors/entries";
import { at, type Form } from "@/app/editors/form";
import { Button, IconButton } from "@/ui/button";
import { NumberField, SelectField } from "@/ui/field";

/** Whom the router asks: the campaign's own plan, or entries of this step. */
export function EntriesEditor({ form, path }: { form: Form; path: string }) {
  const entries = at<Entry[]>(form, path) ?? [];
  const targets = useNames("targets");
  const groups = useNames("groups");
  const routers = useNames("rtb-routers");
  const choices = [
    { value: "", label: "Choose a destination" },
    ...targets.map((one) => ({ value: `target:${one.value}`, label: one.label })),
    ...groups.map((one) => ({ value: `group:${one.value}`, label: `Group: ${one.label}` })),
    ...routers.map((one) => ({ value: `router:${one.value}`, label: `RTB: ${one.label}` })),
  ];
  const last = Math.max(0, ...entries.map((entry) => entry.priority ?? 1));
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 text-sm font-medium">Destinations</legend>
      {entries.length === 0 && <p className="text-sm text-muted">Those of the campaign&apos;s plan.</p>}
      {entries.map((entry, index) => (
        <div key={index} className="rounded-md border border-line p-2">
          <SelectField label={`Destination ${index + 1}`} value={named(entry)} choices={choices} onChange={(value) => form.set(`${path}.${index}`, naming(entry, value))} error={form.error(`${path}.${index}`)} />
          <div className="mt-2 grid grid-cols-[1fr_1fr_28px] items-end gap-1">
            <NumberField label={`Priority ${index + 1}`} value={entry.priority ?? 1} onChange={(priority) => form.set(`${path}.${index}.priority`, priority ?? 1)} />
            <NumberField label={`Weight ${index + 1}`} value={entry.weight ?? 1} onChange={(weight) => form.set(`${path}.${index}.weight`, weight ?? 1)} />
            <IconButton label={`Take away destination ${index + 1}`} onClick={() => form.set(path, entries.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set(path, [...entries, { ...naming({}, ""), priority: last + 1, weight: 1 }])}>
          <Plus size={14} aria-hidden /> Destination
        </Button>
      </div>
    </fieldset>
  );
}
