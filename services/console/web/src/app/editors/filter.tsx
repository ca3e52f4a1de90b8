import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { Button, IconButton } from "@/ui/button";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { at, type Form } from "./form";
import { ListField } from "./list-field";

const OPERATORS = ["==", "!=", "in", "not in", "<", ">", "<=", ">=", "exists", "not exists", "begins with", "contains", "matches regex"] as const satisfies readonly Schemas["Operator"][];
const NEEDS_NOTHING = ["exists", "not exists"];
const NEEDS_LIST = ["in", "not in"];

/** Which tags a call must have; without it, any call passes. */
export function FilterEditor({ form, path = "filter" }: { form: Form; path?: string }) {
  const filter = at<{ match: string; tests: Schemas["TagTest"][]; groups: unknown[] } | null>(form, path);
  const tests = filter?.tests ?? [];
  const change = (index: number, test: Partial<Schemas["TagTest"]>) => form.set(`${path}.tests.${index}`, fitting({ ...tests[index]!, ...test }));
  return (
    <>
      <CheckField label="Only calls with certain tags" value={filter != null} onChange={(on) => form.set(path, on ? { match: "all", tests: [{ tag: "source", operator: "==", value: "", values: [] }], groups: [] } : null)} error={form.error(`${path}.match`)} />
      {filter && (
        <>
          <SelectField
            label="A call passes"
            value={filter.match}
            choices={[
              { value: "all", label: "all of these tests" },
              { value: "any", label: "any of these tests" },
            ]}
            onChange={(match) => form.set(`${path}.match`, match)}
          />
          {tests.map((test, index) => (
            <div key={index} className="flex flex-wrap items-end gap-2">
              <TextField label="Tag" value={test.tag} onChange={(tag) => change(index, { tag })} error={form.error(`${path}.tests.${index}`)} className="font-mono" />
              <SelectField label="Is" value={test.operator} choices={OPERATORS.map((value) => ({ value, label: value }))} onChange={(operator) => change(index, { operator: operator as Schemas["Operator"] })} />
              {NEEDS_LIST.includes(test.operator) && <ListField label="Values, by commas" values={test.values} onChange={(values) => change(index, { values })} />}
              {!NEEDS_LIST.includes(test.operator) && !NEEDS_NOTHING.includes(test.operator) && <TextField label="Value" value={test.value} onChange={(value) => change(index, { value })} />}
              <IconButton label={`Take away test ${index + 1}`} onClick={() => form.set(`${path}.tests`, tests.filter((_, other) => other !== index))}>
                <X size={15} aria-hidden />
              </IconButton>
            </div>
          ))}
          {filter.groups.length > 0 && <p className="text-sm text-muted">Besides, {filter.groups.length} group(s) of tests that were set by the API; they stay.</p>}
          <div>
            <Button onClick={() => form.set(`${path}.tests`, [...tests, { tag: "", operator: "==", value: "", values: [] }])}>
              <Plus size={14} aria-hidden /> Test
            </Button>
          </div>
        </>
      )}
    </>
  );
}

/** A test without what its operator has no use for. */
function fitting(test: Schemas["TagTest"]): Schemas["TagTest"] {
  if (NEEDS_NOTHING.includes(test.operator)) return { ...test, value: "", values: [] };
  return NEEDS_LIST.includes(test.operator) ? { ...test, value: "" } : { ...test, values: [] };
}
