import { useId, useMemo } from "react";
import { Field } from "@/ui/field";
import { at, type Form } from "./form";

/** A time zone by its IANA name, offered as one types. */
export function ZoneField({ label, form, path }: { label: string; form: Form; path: string }) {
  const list = useId();
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  return (
    <Field label={label} error={form.error(path)}>
      {(wiring) => (
        <>
          <input {...wiring} list={list} value={at<string>(form, path) ?? ""} onChange={(event) => form.set(path, event.target.value)} className="control w-full aria-invalid:border-bad" />
          <datalist id={list}>
            {zones.map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
