import type { Schemas } from "@/api/client";
import { useMay } from "@/api/session";
import { money } from "@/lib/money";
import { duration, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { sounded } from "./sounded";
import { SimpleTable } from "@/ui/simple-table";

type Call = Schemas["CallRecord"];

/** What the call came to, line by line, and why something is not owed. */
export function MoneyPart({ call }: { call: Call }) {
  return (
    <div className="grid gap-3">
      {call.effects.length > 0 && (
        <SimpleTable
          label="What is owed"
          rows={call.effects}
          columns={[
            ["What", (one) => said(one.kind)],
            ["Who", (one) => `${said(one.party.kind)} ${one.party.name}`],
            ["Amount", (one) => money(one.money.amount, one.money.currency), "num"],
            ["Note", (one) => [one.reason, one.actor].filter(Boolean).join(", ")],
          ]}
        />
      )}
      {call.worth.map((one) => (
        <p key={one.currency} className="tabular-nums">
          Revenue {money(one.revenue, one.currency)}, payout {money(one.payout, one.currency)}, cost {money(one.cost, one.currency)}: <strong>profit {money(one.profit, one.currency)}</strong>
        </p>
      ))}
      <p className="text-muted">
        {call.converted ? "Converted." : call.no_conversion ? `Not converted: ${said(call.no_conversion).toLowerCase()}.` : "Nothing was agreed that could convert."}
        {call.no_payout && ` No payout: ${said(call.no_payout).toLowerCase()}.`}
      </p>
    </div>
  );
}

/** Which visit or source has brought it, and its tags. */
export function Attributed({ call, attribution }: { call: Call; attribution: Schemas["Attribution"] | null | undefined }) {
  const tags = Object.entries({ ...attribution?.tags, ...call.tags });
  return (
    <div className="grid gap-3">
      <p>
        {attribution ? `${said(attribution.ground)} (${attribution.confidence})` : "No visit is known to have brought it."}
        {call.origin.source && ` · ${call.origin.source}`}
      </p>
      {tags.length > 0 && (
        <SimpleTable
          label="Tags"
          rows={tags}
          columns={[
            ["Tag", ([tag]) => tag, "mono"],
            ["Value", ([, value]) => <span className="break-all">{String(value)}</span>, "mono"],
          ]}
        />
      )}
    </div>
  );
}

/** What the carrier measured of the caller's line, or why it did not. */
export function Sound({ quality }: { quality: Schemas["Quality"] }) {
  return <p>{sounded(quality)}</p>;
}

/** The sound, where it may be heard, and what was written down of it. */
export function Recordings({ call }: { call: Call }) {
  const mayListen = useMay("listen");
  return (
    <ul className="grid gap-4">
      {call.recordings.map((one) => (
        <li key={one.recording_sid}>
          <p className="mb-1 text-muted">
            {said(one.status)}, {duration(one.seconds) || "of unknown length"}
            {one.deleted_at && `, deleted ${whole(one.deleted_at)}`}
          </p>
          {one.status === "completed" && !one.deleted_at && mayListen && (
            // oxlint-disable-next-line jsx_a11y/media-has-caption -- the transcript stands below it
            <audio controls preload="none" src={`/api/v1/calls/${call.call_id}/recordings/${one.recording_sid}`} aria-label={`Recording of step ${one.step}`} className="w-full max-w-xl" />
          )}
          {one.transcript && <p className="mt-2 whitespace-pre-wrap">{one.transcript}</p>}
        </li>
      ))}
    </ul>
  );
}
