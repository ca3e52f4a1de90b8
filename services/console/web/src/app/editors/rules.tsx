import { Section } from "@/ui/field";
import { CapsEditor } from "./caps";
import { FilterEditor } from "./filter";
import type { Form } from "./form";
import { LegEditor } from "./leg";
import { ScheduleEditor } from "./schedule";

/** What each section means where it stands. */
interface About {
  caps: string;
  hours?: string;
  calls?: string;
  /** Without it, how legs are dialled is not said here. */
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
      <Section title="Which calls" about={about.calls}>
        <FilterEditor form={form} />
      </Section>
      {about.dialled && (
        <Section title="How legs are dialled" about={about.dialled}>
          <LegEditor form={form} />
        </Section>
      )}
    </>
  );
}
