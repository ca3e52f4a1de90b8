import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { at, type Form } from "@/app/editors/form";
import { DestinationEditor } from "@/app/editors/leg";
import { ScheduleEditor } from "@/app/editors/schedule";
import { SelectField } from "@/ui/field";
import type { Special } from "../schema-form";
import { BranchesEditor, CasesEditor, OptionsEditor } from "./choices";
import { CodeEditor } from "./code";
import { EntriesEditor } from "./plan";
import { PromptEditor } from "./prompt";

/** Fields that have an editor of their own, by their shape or their path; all others follow the schema. */
export const SPECIAL: Special = {
  Prompt: PromptEditor,
  Schedule: ({ form, path, field }) => <ScheduleEditor form={form} path={path} always={field.required} />,
  prompts: ({ form, path }) => <Prompts form={form} path={path} />,
  options: OptionsEditor,
  branches: BranchesEditor,
  cases: CasesEditor,
  source: CodeEditor,
  "plan.entries": EntriesEditor,
  destination: ({ form, path }) => <DestinationEditor form={form} path={path} />,
  flow_id: ({ form, path }) => <FlowField form={form} path={path} />,
};

/** What stands first in a step's form; all else is below "More settings". */
export const FIRST = new Set(
  "label prompt prompts options speech tag by digits_min digits_max schedule closed_prompt plan branches strategy sticky cases zone source routes url method parameters body mapping timeout_ms event converted value tags message destination music seconds rounds reason normal_routing flow_id exits port seconds_max transcribe press_to_accept".split(" "),
);

function Prompts({ form, path }: { form: Form; path: string }) {
  const prompts = at<object[]>(form, path) ?? [];
  const field = { name: "prompt", label: "Words", kind: "object", required: true, nullable: false, schema: {}, shape: "Prompt" } as const;
  return (
    <div className="grid gap-3">
      {prompts.map((_, index) => (
        <PromptEditor key={index} form={form} path={`${path}.${index}`} field={{ ...field, label: prompts.length > 1 ? `Words ${index + 1}` : "Words" }} />
      ))}
      <div className="flex gap-2">
        <button type="button" className="text-sm text-accent hover:underline" onClick={() => form.set(path, [...prompts, { text: "And more." }])}>
          Add another
        </button>
        {prompts.length > 1 && (
          <button type="button" className="text-sm text-muted hover:underline" onClick={() => form.set(path, prompts.slice(0, -1))}>
            Take away the last
          </button>
        )}
      </div>
    </div>
  );
}

function FlowField({ form, path }: { form: Form; path: string }) {
  const flows = useQuery({ queryKey: ["flows", "names"], queryFn: () => data(api.GET("/api/v1/flows", { params: { query: { limit: 200 } } })) }).data?.rows ?? [];
  const value = at<string>(form, path) ?? "";
  const choices = flows.map((flow) => ({ value: flow.id, label: `${flow.name} (${flow.state})` }));
  return <SelectField label="Flow" value={value} choices={flows.some((flow) => flow.id === value) ? choices : [{ value, label: "Choose a flow" }, ...choices]} onChange={(next) => form.set(path, next)} error={form.error(path)} />;
}
