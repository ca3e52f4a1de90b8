import { Plus, X } from "lucide-react";
import type { Schemas } from "@/api/client";
import { ZONE } from "@/lib/time";
import { said } from "@/lib/words";
import { Button, IconButton } from "@/ui/button";
import { CheckField, SelectField, TextField } from "@/ui/field";
import { CalendarsEditor } from "./calendars";
import { at, type Form } from "./form";
import { DAYS } from "./week";
import { WeekGrid } from "./week-grid";
import { ZoneField } from "./zone";

type Shift = Schemas["WeeklyShift"];
type OwnDay = Schemas["OwnDay"];

const OFFICE: Partial<Shift> = { days: DAYS.slice(0, 5), opens: "09:00", closes: "17:00" };

/** Weekly hours in a zone, and days that differ; without it, always open, unless there is `always` one. */
export function ScheduleEditor({ form, path = "schedule", always = false }: { form: Form; path?: string; always?: boolean }) {
  const schedule = at<Schemas["Schedule"] | null>(form, path);
  const hours = (schedule?.hours ?? []) as Shift[];
  const own = (schedule?.own_days ?? []) as OwnDay[];
  return (
    <>
      {!always && <CheckField label="Only at certain hours" value={schedule != null} onChange={(on) => form.set(path, on ? { zone: ZONE, hours: [OFFICE] } : null)} error={form.error(path)} />}
      {schedule && (
        <>
          <ZoneField label="Time zone of hours" form={form} path={`${path}.zone`} />
          {hours.map((shift, index) => (
            <ShiftRow key={index} form={form} path={`${path}.hours.${index}`} shift={shift} onRemove={() => form.set(`${path}.hours`, hours.filter((_, other) => other !== index))} />
          ))}
          <WeekGrid shifts={hours} onChange={(next) => form.set(`${path}.hours`, next)} />
          <CalendarsEditor form={form} path={`${path}.calendars`} />
          {own.map((day, index) => (
            <div key={index} className="flex flex-wrap items-end gap-2">
              <TextField label="Day" value={day.name} onChange={(name) => form.set(`${path}.own_days.${index}.name`, name)} error={form.error(`${path}.own_days.${index}`)} />
              <TextField label="Date" type="date" value={day.date} onChange={(date) => form.set(`${path}.own_days.${index}.date`, date)} />
              <SelectField
                label="Is"
                value={day.treatment}
                choices={[
                  { value: "closed", label: "Closed" },
                  { value: "open", label: "Open as usual" },
                ]}
                onChange={(treatment) => form.set(`${path}.own_days.${index}.treatment`, treatment)}
              />
              <CheckField label="Every year" value={day.yearly ?? false} onChange={(yearly) => form.set(`${path}.own_days.${index}.yearly`, yearly)} />
              <IconButton label={`Take away ${day.name}`} onClick={() => form.set(`${path}.own_days`, own.filter((_, other) => other !== index))}>
                <X size={15} aria-hidden />
              </IconButton>
            </div>
          ))}
          <div className="flex gap-2">
            <Button onClick={() => form.set(`${path}.hours`, [...hours, { ...OFFICE, days: ["saturday"] }])}>
              <Plus size={14} aria-hidden /> Hours
            </Button>
            <Button onClick={() => form.set(`${path}.own_days`, [...own, { name: "Holiday", date: new Date().toISOString().slice(0, 10), treatment: "closed", yearly: false }])}>
              <Plus size={14} aria-hidden /> Holiday
            </Button>
          </div>
        </>
      )}
    </>
  );
}

function ShiftRow({ form, path, shift, onRemove }: { form: Form; path: string; shift: Shift; onRemove: () => void }) {
  const toggle = (day: Schemas["Weekday"]) => form.set(`${path}.days`, DAYS.filter((one) => (one === day ? !shift.days.includes(one) : shift.days.includes(one))));
  return (
    <div>
      <div className="flex flex-wrap items-end gap-2">
        <div role="group" aria-label="Days" className="flex">
          {DAYS.map((day) => (
            <button
              key={day}
              type="button"
              aria-pressed={shift.days.includes(day)}
              aria-label={`${said(day).slice(0, 2)}: ${said(day)}`}
              onClick={() => toggle(day)}
              className="h-7 w-9 border border-line-strong text-sm not-first:-ml-px first:rounded-l-md last:rounded-r-md aria-pressed:bg-accent aria-pressed:text-on-accent pointer-coarse:h-10"
            >
              {said(day).slice(0, 2)}
            </button>
          ))}
        </div>
        <TextField label="Opens" value={String(shift.opens)} onChange={(time) => form.set(`${path}.opens`, time)} className="w-20" />
        <TextField label="Closes" value={String(shift.closes)} onChange={(time) => form.set(`${path}.closes`, time)} className="w-20" />
        <IconButton label="Take away these hours" onClick={onRemove}>
          <X size={15} aria-hidden />
        </IconButton>
      </div>
      {form.error(path) && <p className="mt-1 text-sm text-bad">{form.error(path)}</p>}
    </div>
  );
}
