import type { Schemas } from "@/api/client";
import { SelectField } from "@/ui/field";
import { at, type Form } from "./form";
import { ServedBefore } from "./payout";

const SCOPES = [
  { value: "", label: "As set above" },
  { value: "none", label: "May be sold again" },
  { value: "target", label: "Are not sold to the same target again" },
  { value: "buyer", label: "Are not sold to the same buyer again" },
] as const;

/** Whether a caller who was served before is sold again. */
export function DuplicatesEditor({ form, path = "duplicates" }: { form: Form; path?: string }) {
  const rule = at<Schemas["DuplicateRule"] | null>(form, path);
  const choose = (scope: string) => form.set(path, scope === "" ? null : { after: "conversion", days: 30, within_campaign: false, ...rule, scope });
  return (
    <>
      <SelectField label="Callers who were served before" value={rule?.scope ?? ""} choices={SCOPES} onChange={choose} error={form.error(`${path}.scope`) ?? form.error(path)} />
      {rule && rule.scope !== "none" && <ServedBefore form={form} path={path} />}
    </>
  );
}
