"""What an answer of an auction leaves: its rows, whom to notify, and the fact."""

from collections.abc import Mapping
from typing import Any

from libs.contracts.auction import (
    AuctionClosed,
    AuctionResult,
    AuctionUnsold,
    AuctionWon,
    HoldAuction,
)
from libs.contracts.bidding import RtbTarget
from libs.contracts.ids import RtbTargetId
from libs.contracts.message import Instant
from libs.runtime.outbox import Announcement
from services.rtb.domain.notices import notices_of
from services.rtb.domain.offered import request_id_of
from services.rtb.domain.record import Auction, Entry
from services.rtb.store.auctions import Draft, Sold

RING_SECONDS = 30  # of a leg to a bidder that sets nothing: the most that holds reckon with
ANSWER_GRACE_SECONDS = 30  # after ringing must be over, the carrier is asked
EXPIRY_MARGIN_SECONDS = 60  # the carrier's own delays in ending a leg

_NOTICE: Mapping[str, Any] = {"tries": 0, "told_at": None, "failure": ""}


def draft_of(  # noqa: PLR0917 - what was asked, what came of it, and when
    question: HoldAuction,
    auction: Auction,
    winner: Entry | None,
    answer: AuctionResult,
    targets: Mapping[RtbTargetId, RtbTarget],
    now: Instant,
    *,
    is_new: bool,
) -> Draft:
    """What is kept; of an auction that is not new, only what this step adds.

    Without a winner `auction.unsold` says why.
    """
    key = {
        "account_id": question.account_id,
        "call_id": question.call_id,
        "step": question.step,
    }
    outcome = {
        **key,
        "router_id": question.rtb_router_id,
        "at": now,
        "answer": answer.model_dump_json(),
    }
    return Draft(
        outcome=outcome,
        auction=_auction_row(key, auction, winner) if is_new else None,
        record=auction.model_dump_json() if is_new else None,
        sold=_sold(question, key, auction, winner, answer),
        notices=[
            {**key, **_NOTICE, "at": now, **one.row()}
            for one in notices_of(auction, winner, targets, is_new=is_new)
        ],
        facts=(_fact(question, auction, winner, answer),) if is_new else (),
    )


def _auction_row(key: Mapping[str, Any], auction: Auction, winner: Entry | None) -> dict[str, Any]:
    price = winner.price if winner else None
    return {
        **key,
        "id": auction.id,
        "router_id": auction.router.id,
        "router_name": auction.router.name,
        "campaign_id": auction.campaign_id,
        "at": auction.offered.at,
        "reason": auction.unsold,
        "target_id": winner.target_id if winner else None,
        "target_name": winner.name if winner else "",
        "price": price.amount if price else None,
        "currency": auction.router.currency,
        "asked": auction.asked,
        "bids": auction.bids,
        "milliseconds": auction.milliseconds,
    }


def _sold(
    question: HoldAuction,
    key: Mapping[str, Any],
    auction: Auction,
    winner: Entry | None,
    answer: AuctionResult,
) -> Sold | None:
    if winner is None or not isinstance(answer, AuctionWon):
        return None
    ring = answer.ring_seconds or RING_SECONDS
    whose = {**key, "target_id": winner.target_id, "auction_id": auction.id}
    reservation = {
        **whose,
        "account_sid": question.account_sid,
        "call_sid": question.call_sid,
        "destination": str(answer.destination),
        "ask_after": ring + ANSWER_GRACE_SECONDS,
        "lasts": ring + question.limit_seconds + EXPIRY_MARGIN_SECONDS,
    }
    sale = {
        **whose,
        "campaign_id": question.campaign_id,
        "caller": question.caller.text,
        "at": auction.offered.at,
        "price": answer.price.amount,
        "required_seconds": answer.required_seconds,
        "request_id": request_id_of(auction.id, winner.target_id),
    }
    return Sold(winner, reservation, sale)


def _fact(
    question: HoldAuction, auction: Auction, winner: Entry | None, answer: AuctionResult
) -> Announcement:
    fact = AuctionClosed(
        call_id=question.call_id,
        account_id=question.account_id,
        step=question.step,
        at=auction.offered.at,
        seen_at=auction.offered.at,
        auction_id=auction.id,
        rtb_router_id=auction.router.id,
        router_name=auction.router.name,
        campaign_id=auction.campaign_id,
        sold=winner is not None,
        reason=answer.reason if isinstance(answer, AuctionUnsold) else None,
        target_id=winner.target_id if winner else None,
        target_name=winner.name if winner else "",
        price=winner.price if winner else None,
        asked=auction.asked,
        bids=auction.bids,
        milliseconds=auction.milliseconds,
    )
    return Announcement(fact.subject, fact.model_dump_json())
