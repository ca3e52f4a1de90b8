import { useEffect, useRef, useState, type PointerEvent } from "react";
import { cn } from "@/lib/cn";
import { SimpleTable } from "./simple-table";

export interface Series {
  name: string;
  tone: "accent" | "warn" | "faint";
  values: readonly (number | null)[];
  dashed?: boolean;
}

const STROKE: Record<Series["tone"], string> = { accent: "stroke-accent", warn: "stroke-warn", faint: "stroke-faint" };
const FILL: Record<Series["tone"], string> = { accent: "bg-accent", warn: "bg-warn", faint: "bg-faint" };
const HEIGHT = 180;
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 8, 8, 20];
const LINES = 4;

/** A round number not below the largest value, so that the lines stand on round numbers. */
export function ceiling(largest: number): number {
  if (largest <= 0) return LINES;
  const power = 10 ** Math.floor(Math.log10(largest / LINES));
  const step = [1, 2, 2.5, 5, 10].find((one) => one * power * LINES >= largest)! * power;
  return Math.max(step, largest < LINES ? 1 : 0) * LINES;
}

/** Lines over time, drawn with the page's own colours; the same as a table for those who want it. */
export function Chart({ label, times, series, format = String }: { label: string; times: readonly string[]; series: readonly Series[]; format?: (value: number) => string }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(240, entry.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const most = ceiling(Math.max(0, ...series.flatMap((one) => one.values.map((value) => value ?? 0))));
  const x = (index: number) => LEFT + (index * (width - LEFT - RIGHT)) / Math.max(1, times.length - 1);
  const y = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  const every = Math.max(1, Math.ceil(times.length / (width / 64)));
  const point = (event: PointerEvent) => {
    const { left } = frame.current!.getBoundingClientRect();
    const index = Math.round(((event.clientX - left - LEFT) / (width - LEFT - RIGHT)) * (times.length - 1));
    setAt(index >= 0 && index < times.length ? index : null);
  };
  return (
    <figure className="min-w-0">
      <figcaption className="mb-2 flex flex-wrap items-center gap-x-4">
        <span className="font-semibold">{label}</span>
        {series.map((one) => (
          <span key={one.name} className="flex items-center gap-1.5 text-sm text-muted">
            <span aria-hidden className={cn("h-0.5 w-3 rounded-full", FILL[one.tone])} />
            {one.name}
            {at !== null && one.values[at] != null && <span className="text-text tabular-nums">{format(one.values[at])}</span>}
          </span>
        ))}
        {at !== null && <span className="ml-auto text-sm text-muted">{times[at]}</span>}
      </figcaption>
      <div ref={frame} onPointerMove={point} onPointerLeave={() => setAt(null)}>
        <svg role="img" aria-label={`${label}: the values stand in the table below`} width={width} height={HEIGHT} className="block">
          {Array.from({ length: LINES + 1 }, (_, line) => (most * line) / LINES).map((value) => (
            <g key={value}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(value)} y2={y(value)} className="stroke-line" />
              <text x={LEFT - 6} y={y(value) + 4} textAnchor="end" className="fill-muted text-xs tabular-nums">
                {format(value)}
              </text>
            </g>
          ))}
          {times.map((time, index) =>
            index % every === 0 ? (
              <text key={time} x={x(index)} y={HEIGHT - 4} textAnchor={index === times.length - 1 ? "end" : "middle"} className="fill-muted text-xs tabular-nums">
                {time}
              </text>
            ) : null,
          )}
          {series.map((one) => (
            <path key={one.name} d={path(one.values, x, y)} fill="none" strokeWidth={1.5} strokeDasharray={one.dashed ? "4 3" : undefined} className={STROKE[one.tone]} />
          ))}
          {at !== null && <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} className="stroke-line-strong" />}
        </svg>
      </div>
      <details className="mt-1">
        <summary className="w-fit py-0.5 text-sm text-muted">Show as a table</summary>
        <SimpleTable
          label={`${label} as a table`}
          rows={times.map((time, index) => ({ time, index }))}
          columns={[["Time", (row) => row.time], ...series.map((one): [string, (row: { index: number }) => string, "num"] => [one.name, (row) => (one.values[row.index] == null ? "" : format(one.values[row.index]!)), "num"])]}
        />
      </details>
    </figure>
  );
}

/** The line through what is known; where nothing is, it is interrupted. */
function path(values: readonly (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  return values.map((value, index) => (value == null ? "" : `${index > 0 && values[index - 1] != null ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
}
