import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/api/client";
import { sentence } from "@/api/errors";
import { useMay } from "@/api/session";
import { money } from "@/lib/money";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button } from "@/ui/button";
import { SimpleTable } from "@/ui/simple-table";
import { placeOf } from "./test-bid";
import { aboutCall, MADE_UP, WhichCall } from "./which-call";

/** An auction of the router about a test call: who bids what, and why each loses. */
export function Rehearsal({ routerId, dirty }: { routerId: string; dirty: boolean }) {
  const mayEdit = useMay("edit");
  const [call, setCall] = useState(MADE_UP);
  const held = useMutation({ mutationFn: () => data(api.POST("/api/v1/rtb-rehearsals", { body: { rtb_router_id: routerId, ...aboutCall(call) } as never })) });
  if (!mayEdit) return <p className="text-muted">Only who may edit can ask bidders.</p>;
  const auction = held.data?.auction;
  return (
    <>
      <WhichCall value={call} onChange={setCall} />
      {dirty && <p className="text-sm text-muted">What is not saved yet does not count here.</p>}
      <div>
        <Button busy={held.isPending} onClick={() => held.mutate()}>
          Hold a test auction
        </Button>
      </div>
      <div role="status" className="empty:hidden">
        {held.error && <p className="text-bad">{sentence(held.error)}</p>}
        {auction && <p className="font-medium">{auction.reason ? `Unsold: ${said(auction.reason).toLowerCase()}.` : `${auction.target_name} wins${auction.price ? ` for ${money(auction.price.amount, auction.price.currency)}` : ""}, after ${auction.milliseconds} ms.`}</p>}
      </div>
      {held.data && (
        <SimpleTable
          label="Bidders of the test auction"
          rows={held.data.bidders}
          columns={[
            ["Bidder", (bid) => bid.name],
            ["Bid", (bid) => (bid.amount ? money(bid.amount.amount, bid.amount.currency) : "None"), "num"],
            ["Took", (bid) => (bid.milliseconds == null ? "" : `${Math.round(bid.milliseconds)} ms`), "num"],
            ["Goes to", (bid) => placeOf(bid.destination), "mono"],
            ["What became of it", (bid) => (bid.loss ? `${said(bid.loss)}${bid.seen ? ` (${bid.seen})` : ""}` : <State tone="ok">Won</State>)],
          ]}
        />
      )}
    </>
  );
}
