import type { Schemas } from "@/api/client";
import { phone } from "@/lib/phone";
import { duration } from "@/lib/time";
import { said } from "@/lib/words";
import { bars, type Bar } from "./timeline";

const LOOK: Record<Bar["kind"], string> = { call: "bg-line-strong", flow: "bg-faint", decision: "bg-accent", auction: "bg-warn", ring: "bg-live", talk: "bg-ok" };

/** The call on one axis of time: the line, decisions, auctions, each leg's ringing and talking. */
export function Waterfall({ call, timeline }: { call: Schemas["CallRecord"]; timeline: readonly Schemas["TimelineEntry"][] }) {
  const drawn = bars(call, timeline);
  if (drawn.length === 0) return <p className="text-muted">Nothing is known of its times.</p>;
  const first = Math.min(...drawn.map((bar) => bar.from));
  const last = Math.max(...drawn.map((bar) => bar.to), first + 1);
  const part = (ms: number) => `${(100 * ms) / (last - first)}%`;
  return (
    <ol className="grid gap-1">
      {drawn.map((bar) => (
        <li key={bar.id} className="grid grid-cols-[minmax(0,5fr)_minmax(0,6fr)_52px] sm:grid-cols-[200px_minmax(0,1fr)_72px] items-center gap-3">
          <span className="truncate" title={bar.label}>
            {/^\+\d+$/.test(bar.label) ? phone(bar.label) : bar.label}
          </span>
          <span aria-hidden className="relative h-3 rounded-sm bg-raised">
            <span className={`absolute inset-y-0 min-w-[3px] rounded-sm ${LOOK[bar.kind]}`} style={{ left: part(bar.from - first), width: part(bar.to - bar.from) }} />
          </span>
          <span className="num text-sm text-muted">
            <span className="sr-only">{said(bar.kind)} after </span>
            {bar.to - bar.from < 1_000 ? `${Math.round(bar.to - bar.from)} ms` : duration((bar.to - bar.from) / 1_000)}
          </span>
        </li>
      ))}
    </ol>
  );
}
