import { cn } from "@/lib/cn";
import { duration } from "@/lib/time";
import { said } from "@/lib/words";
import { STATE_NAMES } from "./states";
import type { Times } from "./queries";

/** What was done today: calls, and where the time went. */
export function Figures({ times, narrow = false }: { times: Times | undefined; narrow?: boolean }) {
  const shown: [string, string][] = [
    ["Handled", times ? String(times.handled) : "–"],
    ["Missed", times ? String(times.missed) : "–"],
    ["Talk", times ? duration(times.talk_seconds) : "–"],
    ["Wrap-up", times ? duration(times.wrap_up_seconds) : "–"],
    ...STATE_NAMES.filter((state) => state !== "offline").map((state): [string, string] => [said(state), times ? duration(times.state_seconds?.[state] ?? 0) : "–"]),
  ];
  return (
    <dl aria-label="Today" className={cn("grid grid-cols-2 gap-x-6 gap-y-3", narrow ? "sm:grid-cols-4" : "md:grid-cols-4 xl:grid-cols-8")}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="text-lg font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
