import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { fieldErrors, sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { Section } from "@/ui/field";
import { askedAs } from "./ping";
import type { TargetDraft } from "./target";
import { Text } from "./text";
import { aboutCall, MADE_UP, WhichCall } from "./which-call";

/** Ask the bidder in earnest about a test: what was sent, what came back, how it is read. */
export function TestBid({ draft, onSample }: { draft: TargetDraft; onSample: (text: string) => void }) {
  const mayEdit = useMay("edit");
  const [call, setCall] = useState(MADE_UP);
  const ping = useMutation({ mutationFn: () => data(api.POST("/api/v1/rtb-pings", { body: { document: askedAs(draft.document), ...aboutCall(call), send: true } as never })) });
  const wrong = Object.entries(fieldErrors(ping.error));
  if (!mayEdit) return <Section title="Test bid">Only who may edit can ask a bidder.</Section>;
  return (
    <>
      <Section title="Test bid" about="The bidder is really asked, and told that it is a test. As it stands here, saved or not; nothing is held, counted or kept.">
        <WhichCall value={call} onChange={setCall} />
        <div>
          <Button kind="primary" busy={ping.isPending} onClick={() => ping.mutate()}>
            Send test bid
          </Button>
        </div>
        {ping.error && (
          <div role="alert" className="text-bad">
            <p>{sentence(ping.error)}</p>
            {wrong.map(([path, problem]) => (
              <p key={path}>
                {path.replace(/^document\./, "")}: {problem}
              </p>
            ))}
          </div>
        )}
      </Section>
      {ping.data && (
        <Section title="What came of it">
          <Verdict pinged={ping.data} />
          <div className="grid gap-3 lg:w-[880px] lg:grid-cols-2">
            <div className="min-w-0">
              <h3 className="mb-1 text-sm font-medium">Request</h3>
              <Text label="Request" text={ping.data.request} />
            </div>
            <div className="min-w-0">
              <h3 className="mb-1 text-sm font-medium">Response{ping.data.status != null && ` (HTTP ${ping.data.status})`}</h3>
              <Text label="Response" text={ping.data.response} />
            </div>
          </div>
          {ping.data.response && (
            <div>
              <Button onClick={() => onSample(ping.data.response)}>Pick paths in this response</Button>
            </div>
          )}
        </Section>
      )}
    </>
  );
}

export const placeOf = (destination: { kind: string; number?: string; address?: string } | null | undefined): string => (destination ? (destination.number ? phone(destination.number) : (destination.address ?? "")) : "");

function Verdict({ pinged }: { pinged: Schemas["Pinged"] }) {
  const facts: [string, string][] = [
    ["Bid", pinged.amount ? money(pinged.amount.amount, pinged.amount.currency) : "None"],
    ["Took", pinged.milliseconds == null ? "" : `${Math.round(pinged.milliseconds)} ms`],
    ["Goes to", placeOf(pinged.destination)],
    ["Owed after", pinged.required_seconds == null ? "" : `${pinged.required_seconds} s`],
    ["Holds until", pinged.expires_at ? whole(pinged.expires_at) : ""],
  ];
  return (
    <div role="status">
      <p className="text-lg font-medium">{pinged.loss ? <State tone="warn">{said(pinged.loss)}</State> : <State tone="ok">A valid bid</State>}</p>
      {pinged.note && <p className="text-muted">{pinged.note}</p>}
      <dl className="mt-3 grid grid-cols-2 gap-3 sm:grid-cols-3">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt className="text-sm text-muted">{name}</dt>
              <dd className="break-all tabular-nums">{value}</dd>
            </div>
          ))}
      </dl>
    </div>
  );
}
