import { useRef, useState, type KeyboardEvent } from "react";
import { cn } from "@/lib/cn";
import { said } from "@/lib/words";
import { DAYS, painted, shiftsOf, weekOf, type Shift, type Week } from "./week";

const STEPS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const clock = (hour: number) => `${String(hour).padStart(2, "0")}:00`;

/** The week as 7 by 24 hours: painted by mouse, or by arrows, Space and Shift; more than whole hours stands in lines. */
export function WeekGrid({ shifts, onChange }: { shifts: readonly Shift[]; onChange: (shifts: Shift[]) => void }) {
  const week = weekOf(shifts);
  const [at, setAt] = useState<[number, number]>([0, 9]);
  const [paint, setPaint] = useState<{ from: [number, number]; to: [number, number]; open: boolean } | null>(null);
  const grid = useRef<HTMLTableElement>(null);
  if (week === null) return <p className="text-sm text-muted">These hours have breaks, parts of hours or nights: they stand in the lines alone.</p>;
  const shown: Week = paint ? painted(week, paint.from, paint.to, paint.open) : week;
  const done = () => {
    if (paint) onChange(shiftsOf(shown));
    setPaint(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const next: [number, number] = [Math.max(0, Math.min(6, at[0] + step[0])), Math.max(0, Math.min(23, at[1] + step[1]))];
      if (event.shiftKey) onChange(shiftsOf(painted(week, at, next, week[at[0]]![at[1]]!)));
      setAt(next);
      grid.current?.querySelector<HTMLElement>(`[data-hour="${next.join(" ")}"]`)?.focus();
    }
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      onChange(shiftsOf(painted(week, at, at, !week[at[0]]![at[1]])));
    }
  };
  return (
    <table ref={grid} role="grid" aria-label="Open hours of the week" onKeyDown={onKeyDown} onPointerUp={done} onPointerLeave={done} className="w-full table-fixed border-collapse touch-none select-none">
      <thead>
        <tr>
          <td className="w-8" />
          {[0, 6, 12, 18].map((hour) => (
            <th key={hour} scope="colgroup" colSpan={6} className="text-left text-xs font-normal text-muted">
              {hour}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((hours, day) => (
          <tr key={day}>
            <th scope="row" className="text-left text-xs font-normal text-muted">
              <abbr title={said(DAYS[day])} className="no-underline">
                {said(DAYS[day]).slice(0, 2)}
              </abbr>
            </th>
            {hours.map((open, hour) => (
              <td
                key={hour}
                role="gridcell"
                data-hour={`${day} ${hour}`}
                tabIndex={at[0] === day && at[1] === hour ? 0 : -1}
                aria-selected={open}
                aria-label={`${said(DAYS[day])} ${clock(hour)}`}
                onPointerDown={() => {
                  setAt([day, hour]);
                  setPaint({ from: [day, hour], to: [day, hour], open: !open });
                }}
                onPointerEnter={() => paint && setPaint({ ...paint, to: [day, hour] })}
                className={cn("h-6 border border-line", open ? "bg-accent" : "bg-raised", hour % 6 === 0 && "border-l-line-strong")}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
