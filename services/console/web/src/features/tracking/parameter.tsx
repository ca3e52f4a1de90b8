import { Link, useParams } from "@tanstack/react-router";
import type { Documents } from "@/api/records";
import { Fields } from "@/app/fields";
import { RecordPage } from "@/app/record";
import { said } from "@/lib/words";
import { Section, SelectField, TextField } from "@/ui/field";

const FRESH = { name: "", parameter: "", tag: "", status: "active", type: "text", default: "", menu: "", description: "" } as unknown as Documents["url-parameters"];
const choices = (words: readonly string[]) => words.map((value) => ({ value, label: said(value) }));

/** A parameter of landing pages' addresses, and the tag that it becomes. */
export function ParameterPage() {
  const { id } = useParams({ strict: false });
  return (
    <RecordPage
      noun="url-parameters"
      word="URL parameter"
      id={id}
      fresh={FRESH}
      list="/tracking?view=parameters"
      at={(made) => `/url-parameters/${made}`}
      above={<Link to="/tracking" search={{ view: "parameters" }} className="hover:text-text">URL parameters</Link>}
    >
      {({ document, set, error }, isNew) => (
        <Fields>
          <Section title="URL parameter" about="Of the landing pages of all campaigns, on their next visit.">
            <TextField label="Name" required autoFocus={isNew} value={document.name} onChange={(name) => set("name", name)} error={error("name")} />
            <SelectField label="Status" value={document.status ?? "active"} choices={choices(["active", "paused"])} onChange={(status) => set("status", status)} error={error("status")} />
            <TextField label="Parameter" required className="font-mono" placeholder="sub_id" help="As it stands in the address: ?sub_id=7" value={document.parameter} onChange={(parameter) => set("parameter", parameter)} error={error("parameter")} />
            <TextField label="Tag" required className="font-mono" placeholder="sub" help="Under which filters, flows and macros know it." value={document.tag} onChange={(tag) => set("tag", tag)} error={error("tag")} />
            <SelectField label="Its value is" help="Another one is taken as not said." value={document.type ?? "text"} choices={choices(["text", "integer", "decimal"])} onChange={(type) => set("type", type)} error={error("type")} />
            <TextField label="Where a visit has none" className="font-mono" value={document.default ?? ""} onChange={(text) => set("default", text)} error={error("default")} />
          </Section>
          <Section title="In reports">
            <TextField label="Offered under" help="The heading in the list of what reports can be grouped by." value={document.menu ?? ""} onChange={(menu) => set("menu", menu)} error={error("menu")} />
            <TextField label="Description" value={document.description ?? ""} onChange={(text) => set("description", text)} error={error("description")} />
          </Section>
        </Fields>
      )}
    </RecordPage>
  );
}
