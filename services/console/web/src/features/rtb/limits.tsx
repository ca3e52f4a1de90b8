import { AreaEditor } from "@/app/editors/area";
import { CapsEditor } from "@/app/editors/caps";
import { FilterEditor } from "@/app/editors/filter";
import { ListField } from "@/app/editors/list-field";
import { ScheduleEditor } from "@/app/editors/schedule";
import { plural } from "@/lib/words";
import { CheckField, NumberField, Section, SelectField } from "@/ui/field";
import type { TargetDraft } from "./target";

const AGAIN = [
  { value: "none", label: "Again and again" },
  { value: "target", label: "Once" },
];
const AFTER = [
  { value: "connection", label: "It was connected" },
  { value: "conversion", label: "It was owed for" },
];

/** How much it is asked and sold, when, and for which calls. */
export function Limits({ draft }: { draft: TargetDraft }) {
  const { document, set, error } = draft;
  const own = document.by_bidder;
  return (
    <>
      <Section title="Caps" about="Calls that it has won; never passed. What became of them is known too late to count.">
        <CapsEditor form={draft} counted={["attempt"]} />
        <NumberField label="Requests in a minute" help="Empty: as many as there are calls." value={document.requests_per_minute ?? null} onChange={(most) => set("requests_per_minute", most)} error={error("requests_per_minute")} className="w-32" />
      </Section>
      <Section title="Hours">
        <ScheduleEditor form={draft} />
      </Section>
      <Section title="Which calls">
        <FilterEditor form={draft} />
        <AreaEditor form={draft} />
        <ListField label="Publishers, by commas" help="Empty: calls of all publishers." values={document.publishers ?? []} onChange={(publishers) => set("publishers", publishers)} error={error("publishers")} />
        <SelectField label="The same caller is sold to it" value={document.duplicates?.scope ?? "none"} choices={AGAIN} onChange={(scope) => set("duplicates.scope", scope)} error={error("duplicates")} />
        {document.duplicates?.scope === "target" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <SelectField label="After" value={document.duplicates.after ?? "conversion"} choices={AFTER} onChange={(after) => set("duplicates.after", after)} />
            <NumberField label="Within days" help="Empty: for ever." value={document.duplicates.days ?? null} onChange={(days) => set("duplicates.days", days)} error={error("duplicates.days")} />
            <CheckField label="In the same campaign" value={document.duplicates.within_campaign ?? false} onChange={(on) => set("duplicates.within_campaign", on)} />
          </div>
        )}
      </Section>
      <Section title="What the company may set itself" about="By its own door, with a key of its own.">
        <CheckField label="Pause itself" value={document.bidder_may?.pause ?? false} onChange={(on) => set("bidder_may.pause", on)} error={error("bidder_may.pause")} />
        <NumberField label="A daily cap of at most" help="Empty: none." value={document.bidder_may?.daily_cap_max ?? null} onChange={(most) => set("bidder_may.daily_cap_max", most)} error={error("bidder_may.daily_cap_max")} className="w-32" />
        {(own?.paused || own?.daily_cap != null) && (
          <p>
            It has set: {[own.paused && "paused", own.daily_cap != null && `${plural(own.daily_cap, "call")} a day`].filter(Boolean).join(", ")}.
          </p>
        )}
      </Section>
    </>
  );
}
