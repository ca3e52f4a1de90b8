import { Section } from "@/ui/field";
import { AreaEditor } from "./area";
import { CapsEditor } from "./caps";
import { DuplicatesEditor } from "./duplicates";
import { FilterEditor } from "./filter";
import type { Form } from "./form";
import { LegEditor } from "./leg";
import { ScheduleEditor } from "./schedule";

/** What each section means where it stands. */
interface About {
  caps: string;
  hours?: string;
  calls?: string;
  /** Without it, how legs are dialled and whether callers are sold again is not said here. */
  dialled?: string;
}

/** The sections that campaigns, buyers, targets and groups share. */
export function Rules({ form, about }: { form: Form; about: About }) {
  return (
    <>
      <Section title="Caps" about={about.caps}>
        <CapsEditor form={form} />
      </Section>
      <Section title="Hours" about={about.hours}>
        <ScheduleEditor form={form} />
      </Section>
      <Section title="Which calls" about={about.calls ?? "Tests of a call's tags: source, state, answers given in a flow."}>
        <FilterEditor form={form} />
      </Section>
      <Section title="From where" about="Where callers must be, or must not be.">
        <AreaEditor form={form} />
      </Section>
      {about.dialled && (
        <>
          <Section title="Repeated callers" about={about.dialled}>
            <DuplicatesEditor form={form} />
          </Section>
          <Section title="How legs are dialled" about={about.dialled}>
            <LegEditor form={form} />
          </Section>
        </>
      )}
    </>
  );
}
