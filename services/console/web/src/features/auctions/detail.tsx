import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, data, type Schemas } from "@/api/client";
import { isProblem } from "@/api/errors";
import { useFresh } from "@/api/live";
import { Failed } from "@/app/failed";
import { money } from "@/lib/money";
import { phone } from "@/lib/phone";
import { moment, whole } from "@/lib/time";
import { plural, said } from "@/lib/words";
import { State } from "@/ui/badge";
import { Button, buttonLook } from "@/ui/button";
import { Body, Empty, Loading, Page } from "@/ui/page";
import { SimpleTable } from "@/ui/simple-table";
import { Bars } from "./bars";
import { Outcome, priceOf, type Auction } from "./rows";
import { Said } from "./said";

type Bid = Schemas["BidShown"];

const HERE = <Link to="/auctions" search={{}} className="hover:text-text">Auctions</Link>;

/** One auction: who won and why, everybody's answer on one axis, every bid, and what was said. */
export function AuctionPage() {
  const { auctionId } = useParams({ from: "/auctions/$auctionId" });
  const [chosen, setChosen] = useState<string | null>(null);
  const query = useQuery({ queryKey: ["auctions", auctionId], queryFn: () => data(api.GET("/api/v1/auctions/{auction_id}", { params: { path: { auction_id: auctionId } } })) });
  useFresh(["auctions", auctionId], ["leg.answered", "leg.ended", "auction."]);
  if (!query.data)
    return (
      <Page title="Auction" above={HERE}>
        {isProblem(query.error) && [404, 422].includes(query.error.status) ? <Empty title="There is no such auction">It may be forgotten by now, or belongs to another account.</Empty> : query.error ? <Failed fault={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  const { auction, bidders } = query.data;
  const asked = bidders.filter((bid) => bid.asked);
  const shown = asked.find((bid) => bid.target_id === chosen) ?? asked[0];
  return (
    <Page
      title={moment(auction.at)}
      above={HERE}
      count={<Outcome auction={auction} />}
      actions={
        <Link to="/calls/$callId" params={{ callId: auction.call_id }} className={buttonLook()}>
          The call
        </Link>
      }
    >
      <Body label="Auction">
        <p className="border-b border-line px-4 py-4 text-lg">{sentenceOf(auction, bidders)}</p>
        <Part title="Answers">
          <p className="mb-3 text-muted">
            <Link to="/rtb-routers/$id" params={{ id: auction.rtb_router_id }} className="hover:underline">
              {auction.router_name}
            </Link>
            , {whole(auction.at)}
          </p>
          <Bars detail={query.data} />
        </Part>
        <Part title="Bids">
          <SimpleTable
            label="Bids"
            rows={bidders}
            columns={[
              ["Bidder", (bid) => <Link to="/rtb-targets/$id" params={{ id: bid.target_id }} search={{}} className="hover:underline">{bid.name}</Link>],
              ["Status", (bid) => <BidState bid={bid} />],
              ["Received bid", (bid) => (bid.amount ? money(bid.amount.amount, bid.amount.currency) : ""), "num"],
              ["Ranked as", (bid) => (bid.effective == null ? "" : money(bid.effective, bid.amount?.currency)), "num"],
              ["Why", (bid) => reasonOf(bid)],
              ["Took", (bid) => (bid.milliseconds == null ? "" : `${Math.round(bid.milliseconds)} ms`), "num"],
              ["Goes to", (bid) => (bid.destination ? ("number" in bid.destination ? phone(bid.destination.number) : bid.destination.address) : ""), "mono"],
              [
                "Said",
                (bid) =>
                  bid.asked && (
                    <Button kind="quiet" aria-pressed={bid.target_id === shown?.target_id} aria-label={`Show what was said with ${bid.name}`} onClick={() => setChosen(bid.target_id)} className="aria-pressed:bg-raised aria-pressed:text-text">
                      Show
                    </Button>
                  ),
              ],
            ]}
          />
        </Part>
        {shown && (
          <Part title={`What was said with ${shown.name}`}>
            <Said auctionId={auctionId} bid={shown} />
          </Part>
        )}
      </Body>
    </Page>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section aria-label={title} className="min-w-0 border-b border-line px-4 py-4">
      <h2 className="mb-3 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

/** Why, in one sentence. */
function sentenceOf(auction: Auction, bidders: readonly Bid[]): string {
  const crowd = `${plural(auction.asked, "bidder")} asked, ${plural(auction.bids, "valid bid")}, in ${auction.milliseconds} ms`;
  if (auction.reason) return `Nobody bought the call: ${said(auction.reason).toLowerCase()} (${crowd}).`;
  const next = bidders.find((bid) => bid.loss === "outbid");
  const over = next?.amount ? `, over ${next.name} with ${money(next.amount.amount, next.amount.currency)}` : "";
  return `${auction.target_name || "The fallback"} won for ${priceOf(auction) || "nothing"}${over} (${crowd}).`;
}

function BidState({ bid }: { bid: Bid }) {
  if (!bid.loss) return <State tone="ok">Won</State>;
  if (!bid.asked) return <State tone="calm">Not asked</State>;
  if (bid.won_step != null) return <State tone="ok">Won later, at step {bid.won_step}</State>;
  return bid.amount ? <State tone="calm">Lost</State> : <State tone="warn">No bid</State>;
}

function reasonOf(bid: Bid): string {
  const numbers = [bid.seen, bid.needed && `needed ${bid.needed}`, bid.loss === "outbid" && bid.to_win != null && `${money(bid.to_win, bid.amount?.currency)} would have won`].filter(Boolean).join("; ");
  return [bid.loss ? said(bid.loss) : "", numbers && `(${numbers})`, bid.explored && "asked all the same, to hear whether it is well again"].filter(Boolean).join(" ");
}
