import { Plus, X } from "lucide-react";
import { at, type Form } from "@/app/editors/form";
import { ScheduleEditor } from "@/app/editors/schedule";
import { Button, IconButton } from "@/ui/button";
import { CheckField, NumberField, SelectField, TextArea, TextField } from "@/ui/field";

interface Props {
  form: Form;
  path: string;
}
interface Option {
  key: string;
  label?: string;
  words?: string[];
}
interface Branch {
  name: string;
  share?: number;
  enabled?: boolean;
  failover?: string | null;
}

const KEYS = [..."1234567890*#"];
const commas = (text: string): string[] => text.split(",").map((one) => one.trimStart());

/** What each key means, and what may be said instead. */
export function OptionsEditor({ form, path }: Props) {
  const options = at<Option[]>(form, path) ?? [];
  const free = KEYS.find((key) => !options.some((option) => option.key === key)) ?? "10";
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 text-sm font-medium">Keys</legend>
      {options.map((option, index) => (
        <div key={index}>
          <div className="grid grid-cols-[48px_minmax(0,1fr)_minmax(0,1fr)_28px] gap-1">
            <TextField quiet label={`Key ${index + 1}`} value={option.key} onChange={(key) => form.set(`${path}.${index}.key`, key)} className="font-mono" />
            <TextField quiet label={`Meaning of key ${index + 1}`} placeholder="Meaning" value={option.label ?? ""} onChange={(label) => form.set(`${path}.${index}.label`, label)} />
            <TextField quiet label={`Words for key ${index + 1}`} placeholder="Or says: sales, buy" value={(option.words ?? []).join(", ")} onChange={(text) => form.set(`${path}.${index}.words`, commas(text))} />
            <IconButton label={`Take away key ${option.key}`} onClick={() => form.set(path, options.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
          {form.error(`${path}.${index}`) && <p className="mt-1 text-sm text-bad">{form.error(`${path}.${index}`)}</p>}
        </div>
      ))}
      {options.length === 0 && form.error(path) && <p className="text-sm text-bad">{form.error(path)}</p>}
      <div>
        <Button onClick={() => form.set(path, [...options, { key: free }])}>
          <Plus size={14} aria-hidden /> Key
        </Button>
      </div>
    </fieldset>
  );
}

/** The shares of a splitter's branches, and what they come to. */
export function BranchesEditor({ form, path }: Props) {
  const branches = at<Branch[]>(form, path) ?? [];
  const percentage = (at<string>(form, "strategy") ?? "percentage") === "percentage";
  const all = branches.reduce((sum, branch) => sum + (branch.share ?? 1), 0);
  const evenly = () => form.set(path, branches.map((branch, index) => ({ ...branch, share: Math.floor(100 / branches.length) + (index < 100 % branches.length ? 1 : 0) })));
  const name = () => [..."ABCDEFGHIJKLMNOPQRST"].find((letter) => !branches.some((branch) => branch.name === letter)) ?? "other";
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 text-sm font-medium">Branches</legend>
      {branches.map((branch, index) => (
        <div key={index} className="rounded-md border border-line p-2">
          <div className="grid grid-cols-[minmax(0,1fr)_80px_28px] items-end gap-1">
            <TextField label={`Branch ${index + 1}`} value={branch.name} onChange={(next) => form.set(`${path}.${index}.name`, next)} error={form.error(`${path}.${index}`)} />
            <NumberField label={percentage ? `Percent ${index + 1}` : `Weight ${index + 1}`} value={branch.share ?? 1} onChange={(share) => form.set(`${path}.${index}.share`, share ?? 0)} />
            <IconButton label={`Take away branch ${branch.name}`} onClick={() => form.set(path, branches.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
          <span aria-hidden className="mt-2 block h-1.5 rounded-full bg-raised">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${all === 0 ? 0 : Math.min(100, (100 * (branch.share ?? 1)) / all)}%` }} />
          </span>
          <details className="mt-1">
            <summary className="w-fit py-0.5 text-sm text-muted">Off, stand-in, hours</summary>
            <div className="mt-2 grid gap-3">
              <CheckField label="Takes callers" value={branch.enabled ?? true} onChange={(enabled) => form.set(`${path}.${index}.enabled`, enabled)} />
              <SelectField
                label="Stands in for it"
                value={branch.failover ?? ""}
                choices={[{ value: "", label: "All others, by their shares" }, ...branches.filter((other) => other !== branch).map((other) => ({ value: other.name, label: other.name }))]}
                onChange={(failover) => form.set(`${path}.${index}.failover`, failover || null)}
              />
              <ScheduleEditor form={form} path={`${path}.${index}.schedule`} />
            </div>
          </details>
        </div>
      ))}
      {percentage && (
        <p role="status" className={all === 100 ? "text-sm text-muted" : "text-sm text-bad"}>
          {all === 100 ? "The shares come to 100 percent." : `The shares come to ${all} percent, not 100.`}
        </p>
      )}
      <div className="flex gap-2">
        <Button onClick={() => form.set(path, [...branches, { name: name(), share: percentage ? Math.max(0, 100 - all) : 1 }])}>
          <Plus size={14} aria-hidden /> Branch
        </Button>
        {percentage && <Button onClick={evenly}>Share evenly</Button>}
      </div>
    </fieldset>
  );
}

/** Expressions in their order, and where each leads. */
export function CasesEditor({ form, path }: Props) {
  const cases = at<{ port: string; expression: string }[]>(form, path) ?? [];
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1 text-sm font-medium">Cases</legend>
      {cases.map((one, index) => (
        <div key={index} className="grid gap-2 rounded-md border border-line p-2">
          <TextArea label={`If ${index + 1}`} rows={2} value={one.expression} onChange={(text) => form.set(`${path}.${index}.expression`, text)} error={form.error(`${path}.${index}`)} className="font-mono" spellCheck={false} />
          <div className="grid grid-cols-[minmax(0,1fr)_28px] items-end gap-1">
            <TextField label={`Then by the port ${index + 1}`} value={one.port} onChange={(port) => form.set(`${path}.${index}.port`, port)} />
            <IconButton label={`Take away case ${index + 1}`} onClick={() => form.set(path, cases.filter((_, other) => other !== index))}>
              <X size={15} aria-hidden />
            </IconButton>
          </div>
        </div>
      ))}
      <div>
        <Button onClick={() => form.set(path, [...cases, { port: `case${cases.length + 1}`, expression: "has(tags.zip)" }])}>
          <Plus size={14} aria-hidden /> Case
        </Button>
      </div>
    </fieldset>
  );
}
