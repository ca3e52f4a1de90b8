import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data, type Schemas } from "@/api/client";
import { sentence } from "@/api/errors";
import { money } from "@/lib/money";
import { said } from "@/lib/words";
import { State, type Tone } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SimpleTable } from "@/ui/simple-table";

type Step = Schemas["ExplainedStep"];
type Candidate = Schemas["CandidateVerdict"];

const TONES: Record<Schemas["Verdict"], Tone> = { chosen: "ok", lost: "calm", excluded: "warn" };

/** Every decision of the call: all who were considered, what became of each, and why. */
export function Decisions({ callId, steps }: { callId: string; steps: readonly Step[] }) {
  if (steps.length === 0) return <p className="text-muted">The router took no decision about this call.</p>;
  return (
    <div className="grid gap-6">
      {steps.map((step) => (
        <Decision key={step.step} callId={callId} step={step} />
      ))}
    </div>
  );
}

function Decision({ callId, step }: { callId: string; step: Step }) {
  const auctions = step.candidates.flatMap((one) => (one.auction_id ? [one.auction_id] : []));
  return (
    <div className="min-w-0">
      <p className="mb-2">
        <span className="text-muted">Decision {step.step + 1}: </span>
        {step.sentence}
      </p>
      {step.candidates.length > 0 && (
        <SimpleTable
          label={`Candidates of decision ${step.step + 1}`}
          rows={step.candidates}
          columns={[
            ["Candidate", (one) => (one.buyer_name ? `${one.buyer_name} · ${one.target_name}` : one.target_name)],
            ["Order", (one) => `${one.priority}${one.weight === 1 ? "" : ` (weight ${one.weight})`}`],
            ["Verdict", (one) => <State tone={TONES[one.verdict]}>{said(one.verdict)}</State>],
            ["Why", (one) => <Reason candidate={one} />],
          ]}
        />
      )}
      {auctions.map((id) => (
        <Bids key={id} auctionId={id} />
      ))}
      {step.spread && <p className="mt-2 text-sm text-muted">Among equals: {step.spread}</p>}
      {step.settings.length > 0 && (
        <details className="mt-2">
          <summary className="py-0.5 text-sm text-muted">Settings in force, and who had set them</summary>
          <SimpleTable
            label={`Settings of decision ${step.step + 1}`}
            rows={step.settings}
            columns={[
              ["Setting", (one) => said(one.name)],
              ["Value", (one) => one.value],
              ["Set by", (one) => said(one.set_by)],
            ]}
          />
        </details>
      )}
      <Replay callId={callId} step={step.step} />
    </div>
  );
}

function Reason({ candidate }: { candidate: Candidate }) {
  const numbers = [candidate.seen, candidate.needed && `needed ${candidate.needed}`, candidate.holder && `of ${candidate.holder}`, candidate.score].filter(Boolean);
  return (
    <span className="whitespace-normal">
      {said(candidate.rule)}
      {numbers.length > 0 && <span className="text-muted"> ({numbers.join("; ")})</span>}
      {candidate.otherwise && <span className="block text-sm text-muted">{candidate.otherwise}</span>}
    </span>
  );
}

function Bids({ auctionId }: { auctionId: string }) {
  const auction = useQuery({ queryKey: ["auctions", auctionId], queryFn: () => data(api.GET("/api/v1/auctions/{auction_id}", { params: { path: { auction_id: auctionId } } })), retry: false });
  if (!auction.data) return null;
  return (
    <div className="mt-3">
      <SimpleTable
        label="Bids"
        rows={auction.data.bidders}
        columns={[
          ["Bidder", (bid) => bid.name],
          ["Bid", (bid) => (bid.amount ? money(bid.amount.amount, bid.amount.currency) : "None"), "num"],
          ["Took", (bid) => (bid.milliseconds == null ? "" : `${Math.round(bid.milliseconds)} ms`), "num"],
          ["What became of it", (bid) => <Loss bid={bid} />],
        ]}
      />
      <Link to="/auctions/$auctionId" params={{ auctionId }} className="mt-1 inline-block text-muted underline">
        The whole auction
      </Link>
    </div>
  );
}

function Loss({ bid }: { bid: Schemas["BidShown"] }) {
  if (!bid.loss) return <State tone="ok">Won</State>;
  const numbers = [bid.seen, bid.needed && `needed ${bid.needed}`].filter(Boolean).join("; ");
  return (
    <>
      {said(bid.loss)}
      {numbers && <span className="text-muted"> ({numbers})</span>}
    </>
  );
}

/** Take the decision again: from its record alone, or by today's configuration. */
function Replay({ callId, step }: { callId: string; step: number }) {
  const replay = useMutation({
    mutationFn: (configuration: Schemas["Configuration"]) =>
      data(api.GET("/api/v1/calls/{call_id}/replays/{step}", { params: { path: { call_id: callId, step }, query: { configuration } } })),
  });
  return (
    <div className="mt-3 flex flex-wrap items-center gap-2">
      <Button onClick={() => replay.mutate("recorded")} busy={replay.isPending}>
        Replay
      </Button>
      <Button onClick={() => replay.mutate("current")} busy={replay.isPending}>
        Replay by today's configuration
      </Button>
      <span role="status" className="min-w-0">
        {replay.error && <span className="text-bad">{sentence(replay.error)}</span>}
        {replay.data && (replay.data.now ? `Today: ${replay.data.now.sentence}` : replay.data.identical ? "The same came of it, to the last byte." : "Something else came of it.")}
      </span>
    </div>
  );
}
