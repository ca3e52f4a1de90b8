import { Link } from "@tanstack/react-router";
import type { Schemas } from "@/api/client";
import { money } from "@/lib/money";
import { moment, whole } from "@/lib/time";
import { said } from "@/lib/words";
import { State } from "@/ui/badge";
import type { Column } from "@/ui/table";

export type Auction = Schemas["AuctionShown"];

export const outcomeOf = (auction: Auction): string => (auction.reason ? said(auction.reason) : auction.target_id == null ? "Fallback" : auction.connected ? "Won, connected" : "Won, not connected");

/** What became of it, in words. */
export const Outcome = ({ auction }: { auction: Auction }) => <State tone={auction.reason ? "calm" : auction.connected ? "ok" : "warn"}>{outcomeOf(auction)}</State>;

export const priceOf = (auction: Auction): string => (auction.price ? money(auction.price.amount, auction.price.currency) : "");

export const columnsOf = (campaigns: ReadonlyMap<string, string>): readonly Column<Auction>[] => [
  {
    id: "at",
    head: "Time",
    width: 112,
    cell: (auction) => (
      <Link to="/auctions/$auctionId" params={{ auctionId: auction.auction_id }} title={whole(auction.at)} className="tabular-nums hover:underline">
        {moment(auction.at)}
      </Link>
    ),
  },
  { id: "campaign", head: "Campaign", width: 170, cell: (auction) => campaigns.get(auction.campaign_id) ?? "" },
  { id: "router", head: "Router", width: 150, cell: (auction) => auction.router_name },
  { id: "asked", head: "Asked", width: 72, num: true, cell: (auction) => auction.asked },
  { id: "bids", head: "Bids", width: 64, num: true, cell: (auction) => auction.bids },
  { id: "winner", head: "Winner", width: 150, cell: (auction) => auction.target_name || <span className="text-muted">Nobody</span> },
  { id: "price", head: "Price", width: 90, num: true, cell: priceOf },
  { id: "took", head: "Took", width: 84, num: true, cell: (auction) => `${auction.milliseconds} ms` },
  { id: "outcome", head: "Outcome", width: 160, cell: (auction) => <Outcome auction={auction} /> },
  {
    id: "call",
    head: "Call",
    width: 108,
    cell: (auction) => (
      <Link to="/calls/$callId" params={{ callId: auction.call_id }} className="hover:underline">
        The call
      </Link>
    ),
  },
];
