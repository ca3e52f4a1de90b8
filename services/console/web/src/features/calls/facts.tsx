import type { Schemas } from "@/api/client";
import { clock, whole } from "@/lib/time";

/** Everything that was heard of the call, as it was heard. */
export function Facts({ timeline, complete }: { timeline: readonly Schemas["TimelineEntry"][]; complete: boolean }) {
  return (
    <>
      {!complete && <p className="mb-2 text-warn">There were more: the latest are missing here.</p>}
      <ol className="grid gap-0.5">
        {timeline.map((entry) => (
          <li key={`${entry.subject}${entry.sequence}${entry.step}`}>
            <details>
              <summary className="min-h-6 rounded-md px-1 py-0.5 hover:bg-raised">
                <time dateTime={entry.at} title={whole(entry.at)} className="font-mono text-sm text-muted">
                  {clock(entry.at)}
                </time>{" "}
                <span className="font-mono text-sm">{entry.subject.replace(/^event\.|\.v\d+$/g, "")}</span>
                {entry.step > 0 && <span className="text-muted"> step {entry.step}</span>}
              </summary>
              {/* oxlint-disable-next-line jsx_a11y/no-noninteractive-tabindex -- scrolled by keys */}
              <pre tabIndex={0} role="region" aria-label={entry.subject} className="my-1 max-h-80 overflow-auto rounded-md bg-raised p-3 font-mono text-sm whitespace-pre-wrap break-all">
                {JSON.stringify(entry.fact, null, 2)}
              </pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}
