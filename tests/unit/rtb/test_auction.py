"""The order of bids is total: effective amount, priority, a draw by weight, speed, id."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import Price, RtbMember, RtbRouter
from libs.contracts.ids import RtbRouterId, RtbTargetId
from libs.contracts.money import Money
from libs.contracts.phone import WITHHELD, PhoneDestination
from services.rtb.domain.auction import EFFECTIVE_MAX, Received, rank, received, to_win
from services.rtb.domain.bid import Bid
from services.rtb.domain.offered import Offered

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def a_bid(number: int, amount: str, **more: Any) -> Received:
    bid = Bid(
        amount=Money(amount=Decimal(amount)),
        destination=PhoneDestination(number="+15550100031"),
        expires_at=LATER,
    )
    given = {"priority": 1, "weight": 1, "milliseconds": 10.0, "effective": Decimal(amount)}
    return Received(**{"target_id": UUID(int=number), "bid": bid, **given, **more})


def a_router(**more: Any) -> RtbRouter:
    members = tuple(RtbMember(target_id=RtbTargetId(UUID(int=at))) for at in range(1, 4))
    given = {"id": RtbRouterId(UUID(int=9)), "name": "Ring", "members": members}
    return RtbRouter.model_validate({**given, **more})


def order(*bids: Received, seed: int = 1, **more: Any) -> list[int]:
    return [one.target_id.int for one in rank(a_router(**more), bids, seed).order]


def test_a_tie_goes_to_the_lower_priority() -> None:
    assert order(a_bid(1, "5", priority=2), a_bid(2, "5", priority=1)) == [2, 1]


def test_a_tie_of_priorities_is_drawn_by_weight() -> None:
    firsts = Counter(
        order(a_bid(1, "5", weight=3), a_bid(2, "5", weight=1), seed=seed)[0]
        for seed in range(2_000)
    )
    assert 0.70 < firsts[1] / 2_000 < 0.80


@pytest.mark.parametrize(
    ("margin", "owed", "wins"),
    [
        (None, "9", [1, 2]),
        ("0", "9", [1]),
        ("20", "8", [1]),
        ("20", "8.01", []),
        ("20", None, [1, 2]),
    ],
)
def test_the_margin_stays_with_us_of_a_call_that_we_owe_for(
    margin: str | None, owed: str | None, wins: list[int]
) -> None:
    router = a_router(margin_percent=margin)
    money = None if owed is None else Money(amount=Decimal(owed))
    ranked = rank(router, [a_bid(1, "10"), a_bid(2, "8.99")], 1, money)
    assert [one.target_id.int for one in ranked.order] == wins
    lost = {Loss.BELOW_FLOOR} if len(wins) < 2 else {Loss.OUTBID}
    assert set(ranked.losses.values()) == lost


def test_the_second_price_never_passes_the_winners_own() -> None:
    router = a_router(price=Price.SECOND_PLUS, second_price_plus="0.5")
    ranked = rank(router, [a_bid(1, "9"), a_bid(2, "8.8")], 1)
    assert [price.amount for price in ranked.prices] == [Decimal("9"), Decimal("0.5")]
    assert to_win(ranked.order, 1) == Decimal("9.01")


def test_adjustments_may_multiply_without_end() -> None:
    most = {"multiplier": 100, "bump": 1}
    member = RtbMember.model_validate(
        {"target_id": UUID(int=1), **most, "adjustments": [{"states": [], **most}] * 20}
    )
    offered = Offered(
        auction_id=UUID(int=7), at=LATER, campaign_rtb_id="", caller=WITHHELD, dialled=""
    )
    one = received(member, a_bid(1, "9").bid, offered, 10)
    assert one.effective == EFFECTIVE_MAX
    assert [price.amount for price in rank(a_router(), [one], 1).prices] == [9]


def test_below_the_floor_nobody_wins() -> None:
    ranked = rank(a_router(minimum_revenue=6), [a_bid(1, "5"), a_bid(2, "5.9")], 1)
    assert (ranked.order, ranked.unsold) == ((), Unsold.NO_BIDS)
    assert set(ranked.losses.values()) == {Loss.BELOW_FLOOR}


AMOUNTS = st.decimals("0.01", "100", places=2)


@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=8), seed=st.integers(0, 2**50))
def test_everybody_wins_or_has_a_reason_and_the_order_repeats(
    amounts: list[Decimal], seed: int
) -> None:
    bids = [a_bid(at, str(amount)) for at, amount in enumerate(amounts, 1)]
    ranked = rank(a_router(minimum_revenue=5), bids, seed)
    assert rank(a_router(minimum_revenue=5), list(reversed(bids)), seed) == ranked
    winners = {one.target_id for one in ranked.order[:1]}
    assert winners | set(ranked.losses) == {one.target_id for one in bids}
    assert not winners & set(ranked.losses)
    effective = [one.effective for one in ranked.order]
    assert effective == sorted(effective, reverse=True)
