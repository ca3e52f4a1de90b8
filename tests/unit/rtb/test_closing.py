"""What an auction says of everybody, before and after a place was looked for."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.ids import AuctionId, CampaignId, RtbRouterId, RtbTargetId
from libs.contracts.money import Money
from libs.contracts.phone import WITHHELD, PhoneDestination
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.closing import Held, close
from services.rtb.domain.offered import Offered
from services.rtb.domain.record import Auction

NOW = datetime(2026, 11, 29, tzinfo=UTC)
BEST, NEXT, NONE = (RtbTargetId(UUID(int=at)) for at in (1, 2, 3))


def bid(amount: str) -> Bid:
    place = PhoneDestination(number="+15550100031")
    return Bid(amount=Money(amount=Decimal(amount)), destination=place, expires_at=NOW)


def closed(said: dict[RtbTargetId, Bid | NoBid]) -> Auction:
    ids = (BEST, NEXT, NONE)
    auction_id = AuctionId(UUID(int=8))
    held = Held(
        id=auction_id,
        campaign_id=CampaignId(UUID(int=7)),
        offered=Offered(
            auction_id=auction_id, at=NOW, campaign_rtb_id="", caller=WITHHELD, dialled=""
        ),
        router=RtbRouter(
            id=RtbRouterId(UUID(int=9)),
            name="Ring",
            members=tuple(RtbMember(target_id=one) for one in ids),
        ),
        targets={one: RtbTarget(id=one, name=f"{one.int}", endpoint="https://a.b/") for one in ids},
        spared={},
        asked=dict.fromkeys(ids, 100),
        explored=frozenset(),
        said=said,
        took=dict.fromkeys(said, 5.0),
        seed=1,
        deadline_ms=100,
        milliseconds=20,
    )
    return close(held)


BIDS: dict[RtbTargetId, Bid | NoBid] = {
    BEST: bid("9"),
    NEXT: bid("8"),
    NONE: NoBid(loss=Loss.REFUSED),
}
SETTLED: list[tuple[int | None, dict[RtbTargetId, Loss], list[Loss | None], Unsold | None]] = [
    (0, {}, [None, Loss.OUTBID, Loss.REFUSED], None),
    (1, {BEST: Loss.FULL}, [Loss.FULL, None, Loss.REFUSED], None),
    (1, {BEST: Loss.EXPIRED}, [Loss.EXPIRED, None, Loss.REFUSED], None),
    (
        None,
        {BEST: Loss.EXPIRED, NEXT: Loss.FULL},
        [Loss.EXPIRED, Loss.FULL, Loss.REFUSED],
        Unsold.ALL_FULL,
    ),
    (
        None,
        {BEST: Loss.EXPIRED, NEXT: Loss.EXPIRED},
        [Loss.EXPIRED, Loss.EXPIRED, Loss.REFUSED],
        Unsold.NOTHING_LEFT,
    ),
]


@pytest.mark.parametrize(("winner", "lost", "losses", "unsold"), SETTLED)
def test_only_who_takes_the_call_has_no_loss(
    winner: int | None,
    lost: dict[RtbTargetId, Loss],
    losses: list[Loss | None],
    unsold: Unsold | None,
) -> None:
    auction = closed(BIDS)
    assert auction.entries[0].is_over(NOW)
    who = None if winner is None else auction.order[winner]
    settled = auction.settled(who, lost, is_new=True)
    assert [entry.loss for entry in settled.entries] == losses
    assert settled.unsold is unsold
    assert Auction.model_validate_json(settled.model_dump_json()) == settled


@pytest.mark.parametrize(
    ("said", "is_new", "unsold"),
    [
        ({}, True, Unsold.NO_BIDS),
        ({NONE: NoBid(loss=Loss.REFUSED)}, True, Unsold.NO_BIDS),
        ({}, False, Unsold.NOTHING_LEFT),
    ],
)
def test_nobody_bid(said: dict[RtbTargetId, Any], is_new: bool, unsold: Unsold) -> None:
    auction = closed(said)
    settled = auction.settled(None, {}, is_new=is_new)
    assert settled.unsold is unsold
    assert {entry.loss for entry in settled.entries} <= {Loss.LATE, Loss.REFUSED}
