import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { fitting, FRESH_FILTER, FRESH_TEST, NEEDS_LIST, NEEDS_NOTHING, OPERATORS } from "./filters";
import { at, type Form } from "./form";
import { ListField } from "./list-field";

const DEPTH_MAX = 4; // deeper ones are read, and edited as they are; nobody can follow more on a screen

type Filter = Schemas["TagFilter-Output"];

/** Which tags a call must have; without it, any call passes. */
export function FilterEditor({ form, path = "filter" }: { form: Form; path?: string }) {
  const filter = at<Filter | null>(form, path);
  return (
    <>
      <CheckField label="Only calls with certain tags" value={filter != null} onChange={(on) => form.set(path, on ? FRESH_FILTER : null)} error={form.error(`${path}.match`)} />
      {filter && <Group form={form} path={path} filter={filter} depth={1} />}
    </>
  );
}

/** Tests and groups of tests, of which all or any must pass. */
function Group({ form, path, filter, depth }: { form: Form; path: string; filter: Filter; depth: number }) {
  const { tests, groups } = filter;
  const within = depth > 1;
  return (
    <>
      <SelectField
        label={within ? "The group passes if" : "A call passes"}
        value={filter.match}
        choices={[
          { value: "all", label: within ? "all of it do" : "all of these tests" },
          { value: "any", label: within ? "any of it does" : "any of these tests" },
        ]}
        onChange={(match) => form.set(`${path}.match`, match)}
      />
      {tests.map((test, index) => (
        <Test key={index} form={form} path={`${path}.tests.${index}`} test={test} label={`Take away test ${index + 1}${within ? " of the group" : ""}`} onRemove={() => form.set(`${path}.tests`, tests.filter((_, other) => other !== index))} />
      ))}
      {groups.map((group, index) => (
        <fieldset key={index} className="grid gap-3 rounded-lg border border-line p-3">
          <legend className="flex items-center gap-1 px-1 text-sm text-muted">
            Group {index + 1}
            <IconButton label={`Take away group ${index + 1}`} onClick={() => form.set(`${path}.groups`, groups.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </legend>
          <Group form={form} path={`${path}.groups.${index}`} filter={group} depth={depth + 1} />
          {form.error(`${path}.groups.${index}`) && <p className="text-sm text-bad">{form.error(`${path}.groups.${index}`)}</p>}
        </fieldset>
      ))}
      <div className="flex gap-2">
        <Button onClick={() => form.set(`${path}.tests`, [...tests, FRESH_TEST])}>
          <Plus size={14} aria-hidden /> Test
        </Button>
        {depth < DEPTH_MAX && (
          <Button onClick={() => form.set(`${path}.groups`, [...groups, { ...FRESH_FILTER, match: filter.match === "all" ? "any" : "all" }])}>
            <Plus size={14} aria-hidden /> Group
          </Button>
        )}
      </div>
    </>
  );
}

function Test({ form, path, test, label, onRemove }: { form: Form; path: string; test: Schemas["TagTest"]; label: string; onRemove: () => void }) {
  const change = (more: Partial<Schemas["TagTest"]>) => form.set(path, fitting({ ...test, ...more }));
  const list = NEEDS_LIST.includes(test.operator);
  return (
    <div className="flex flex-wrap items-end gap-2">
      <TextField label="Tag" value={test.tag} onChange={(tag) => change({ tag })} error={form.error(path)} className="font-mono" />
      <SelectField label="Is" value={test.operator} choices={OPERATORS.map((value) => ({ value, label: value }))} onChange={(operator) => change({ operator: operator as Schemas["Operator"] })} />
      {list && <ListField label="Values, by commas" values={test.values} onChange={(values) => change({ values })} />}
      {!list && !NEEDS_NOTHING.includes(test.operator) && <TextField label="Value" value={test.value} onChange={(value) => change({ value })} />}
      <IconButton label={label} onClick={onRemove}>
        <X size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
