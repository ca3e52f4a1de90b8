import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { at, type Form } from "./form";
import { ListField } from "./list-field";

type Area = Schemas["Area"];
type Source = Schemas["Source"];

const NOWHERE: Area = { countries: [], states: [], zips: [], area_codes: [], circles: [] };
const SIDES = [
  ["inside", "Only callers from certain places"],
  ["outside", "No callers from certain places"],
] as const;
const SOURCES: readonly [Source, string][] = [
  ["gathered", "What she keyed or said"],
  ["visit", "Her browser's visit"],
  ["carrier", "What the carrier told with the call"],
  ["number", "Her number: where it was given out"],
];

/** From where callers must be, or must not; and who is believed about it. */
export function AreaEditor({ form, path = "area" }: { form: Form; path?: string }) {
  const rule = at<Schemas["AreaRule"] | null>(form, path);
  const sides = (now: Partial<Schemas["AreaRule"]>) => form.set(path, now.inside || now.outside ? now : null);
  const sources = rule?.sources ?? SOURCES.map(([source]) => source);
  const believe = (source: Source, on: boolean) => form.set(`${path}.sources`, SOURCES.map(([one]) => one).filter((one) => (one === source ? on : sources.includes(one))));
  return (
    <>
      {SIDES.map(([side, label]) => (
        <div key={side} className="grid gap-3">
          <CheckField label={label} value={rule?.[side] != null} onChange={(on) => sides({ ...rule, [side]: on ? NOWHERE : null })} error={rule?.[side] ? undefined : form.error(`${path}.${side}`)} />
          {rule?.[side] && <Places form={form} path={`${path}.${side}`} area={rule[side]} />}
        </div>
      ))}
      {form.error(path) && <p className="text-sm text-bad">{form.error(path)}</p>}
      {rule && (
        <>
          <SelectField
            label="A caller of whom nobody says where she is"
            value={rule.unknown ?? "refuse"}
            choices={[
              { value: "refuse", label: "Does not pass" },
              { value: "admit", label: "Passes" },
            ]}
            onChange={(unknown) => form.set(`${path}.unknown`, unknown)}
            error={form.error(`${path}.unknown`)}
          />
          <fieldset className="grid gap-1">
            <legend className="mb-1 text-sm font-medium">Believed, the first that says something</legend>
            {SOURCES.map(([source, label]) => (
              <CheckField key={source} label={label} value={sources.includes(source)} onChange={(on) => believe(source, on)} />
            ))}
          </fieldset>
        </>
      )}
    </>
  );
}

function Places({ form, path, area }: { form: Form; path: string; area: Area }) {
  const circles = area.circles ?? [];
  const list = (name: "countries" | "states" | "zips" | "area_codes", label: string, help: string) => (
    <ListField label={label} help={help} values={area[name] ?? []} capitals onChange={(values) => form.set(`${path}.${name}`, values)} error={form.error(`${path}.${name}`)} />
  );
  return (
    <fieldset className="grid gap-3 rounded-lg border border-line p-3">
      <legend className="px-1 text-sm text-muted">Any of these</legend>
      {list("states", "States", "By commas, two letters each: FL, NY, ON.")}
      {list("zips", "ZIP codes", "By commas; the first characters stand for all that begin so: 331 for Miami.")}
      {list("area_codes", "Area codes", "By commas, of the caller's number: 212, 305.")}
      {list("countries", "Countries", "By commas, two letters each: US, CA.")}
      {circles.map((circle, index) => (
        <div key={index} className="flex flex-wrap items-end gap-2">
          {(
            [
              ["radius_km", "Within (km)"],
              ["latitude", "Of latitude"],
              ["longitude", "And longitude"],
            ] as const
          ).map(([name, label]) => (
            <TextField key={name} label={label} inputMode="decimal" className="w-28 tabular-nums" value={String(circle[name])} onChange={(text) => form.set(`${path}.circles.${index}.${name}`, text)} error={name === "radius_km" ? form.error(`${path}.circles.${index}`) : undefined} />
          ))}
          <IconButton label={`Take away circle ${index + 1}`} onClick={() => form.set(`${path}.circles`, circles.filter((_, other) => other !== index))}>
            <X size={15} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set(`${path}.circles`, [...circles, { radius_km: 50, latitude: 25.77, longitude: -80.19 }])}>
          <Plus size={14} aria-hidden /> Circle around a point
        </Button>
      </div>
    </fieldset>
  );
}
