import type { Schemas } from "@/api/client";
import { axisOf, type Bar } from "./axis";

const LOOK: Record<Bar["look"], string> = { won: "bg-ok", bid: "bg-accent", "no bid": "bg-faint", late: "bg-warn" };

/** Everybody's answer as a bar from the question on, and the line at which the waiting ends. */
export function Bars({ detail }: { detail: Schemas["AuctionDetail"] }) {
  const { bars, deadline, end } = axisOf(detail);
  if (bars.length === 0) return <p className="text-muted">Nobody was asked.</p>;
  const part = (ms: number) => `${(100 * ms) / end}%`;
  return (
    <ol aria-label={`Answers; the deadline is at ${deadline} ms`} className="grid gap-1">
      {bars.map((bar) => (
        <li key={bar.id} className="grid grid-cols-[minmax(0,5fr)_minmax(0,6fr)_60px] sm:grid-cols-[200px_minmax(0,1fr)_84px] items-center gap-3">
          <span className="truncate" title={bar.name}>
            {bar.name}
          </span>
          <span aria-hidden className="relative h-3 rounded-sm bg-raised">
            <span className={`absolute inset-y-0 left-0 min-w-[3px] rounded-sm ${LOOK[bar.look]}`} style={{ width: part(bar.until) }} />
            <span className="absolute -inset-y-0.5 w-0.5 bg-bad" style={{ left: part(deadline) }} />
          </span>
          <span className="num text-sm text-muted">
            <span className="sr-only">
              {bar.look}, {bar.told}
            </span>
            <span aria-hidden>{Math.round(bar.until)} ms</span>
          </span>
        </li>
      ))}
      <li className="text-sm text-muted">The line is the deadline: {deadline} ms.</li>
    </ol>
  );
}
