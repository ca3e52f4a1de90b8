import type { Schemas } from "@/api/client";
import { CheckField } from "@/ui/field";
import { at, type Form } from "./form";

const NAMES = { us_federal: "United States (federal)", canada_federal: "Canada (federal)", england_and_wales: "England and Wales" } satisfies Record<Schemas["Calendar"], string>;
const CALENDARS = Object.keys(NAMES) as Schemas["Calendar"][];

/** Public holidays on which it is closed, by calendar. */
export function CalendarsEditor({ form, path }: { form: Form; path: string }) {
  const chosen = at<Schemas["CalendarDays"][]>(form, path) ?? [];
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Closed on public holidays</legend>
      {CALENDARS.map((calendar) => (
        <CheckField
          key={calendar}
          label={NAMES[calendar]}
          value={chosen.some((one) => one.calendar === calendar)}
          onChange={(on) => form.set(path, on ? [...chosen, { calendar }] : chosen.filter((one) => one.calendar !== calendar))}
        />
      ))}
    </fieldset>
  );
}
