"""Ranking bids: who wins, what the winner pays, and why each of the others lost.

The order is total and documented: the highest effective bid, then the lower priority, then a
draw by weight, then the earlier answer, then the id.  A multiplier or bump changes how a bid
ranks; what is paid is taken from what was received.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_UP, Decimal
from random import Random

from libs.contracts.auction import Loss, Unsold
from libs.contracts.bidding import Price, RtbMember, RtbRouter
from libs.contracts.ids import RtbTargetId
from libs.contracts.money import PLACES, Money
from services.rtb.domain.adjusting import applies
from services.rtb.domain.bid import Bid
from services.rtb.domain.offered import Offered

CENT = Decimal("0.01")  # a bid that much higher would have been the best
EFFECTIVE_MAX = Decimal(10**12)  # adjustments multiply; what is beyond ranks alike


@dataclass(frozen=True, slots=True)
class Received:
    """A valid bid as it came in: whose, how it ranks, and when it came."""

    target_id: RtbTargetId
    bid: Bid
    effective: Decimal
    priority: int
    weight: int
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """The order in which bids win, with what each would pay; and the reasons of those who can't.

    `unsold` says why the order is empty.
    """

    order: tuple[Received, ...] = ()
    prices: tuple[Money, ...] = ()
    losses: Mapping[RtbTargetId, Loss] = field(default_factory=dict)
    unsold: Unsold | None = None


def received(member: RtbMember, bid: Bid, offered: Offered, milliseconds: float) -> Received:
    """A bid with the value that it ranks by."""
    effective = bid.amount.amount * member.multiplier + member.bump
    for one in member.adjustments:
        if applies(one, offered):
            effective = effective * one.multiplier + one.bump
    effective = max(-EFFECTIVE_MAX, min(effective, EFFECTIVE_MAX))
    return Received(
        target_id=member.target_id,
        bid=bid,
        effective=effective.quantize(PLACES),
        priority=member.priority,
        weight=member.weight,
        milliseconds=milliseconds,
    )


def floor_of(router: RtbRouter, owed: Money | None) -> Decimal:
    """The least that a bid must be, so that its margin stays with us of what is `owed` for."""
    if owed is None or router.margin_percent is None or owed.currency != router.currency:
        return router.minimum_revenue
    least = owed.amount * 100 / (100 - router.margin_percent)
    return max(router.minimum_revenue, least.quantize(PLACES, ROUND_UP))


def rank(
    router: RtbRouter, bids: Sequence[Received], seed: int, owed: Money | None = None
) -> Ranked:
    """Put bids in their order; those below the floor, or too few, do not win."""
    floor = floor_of(router, owed)
    losses: dict[RtbTargetId, Loss] = {}
    valid: list[Received] = []
    for one in bids:
        if one.bid.amount.currency != router.currency:
            losses[one.target_id] = Loss.OTHER_CURRENCY
        elif one.bid.amount.amount < floor:
            losses[one.target_id] = Loss.BELOW_FLOOR
        else:
            valid.append(one)
    if not valid:
        return Ranked(losses=losses, unsold=Unsold.NO_BIDS)
    if len(valid) < router.minimum_bidders:
        losses |= {one.target_id: Loss.TOO_FEW_BIDDERS for one in valid}
        return Ranked(losses=losses, unsold=Unsold.TOO_FEW_BIDDERS)
    order = _ordered(valid, seed)
    losses |= {one.target_id: Loss.OUTBID for one in order[1:]}
    return Ranked(order=order, prices=_prices(router, order, floor), losses=losses)


def _ordered(bids: Sequence[Received], seed: int) -> tuple[Received, ...]:
    draw = Random(seed)  # noqa: S311 - fairness, not secrecy; recorded to be repeated
    by_id = sorted(bids, key=lambda one: one.target_id.int)  # as ids sort, but quicker
    draws = {one.target_id: draw.expovariate(one.weight) for one in by_id}
    return tuple(
        sorted(
            by_id,
            key=lambda one: (
                -one.effective,
                one.priority,
                draws[one.target_id],
                one.milliseconds,
            ),
        )
    )


def _prices(router: RtbRouter, order: Sequence[Received], least: Decimal) -> tuple[Money, ...]:
    """Its own bid; or a little more than the best of those behind it, never more than its own."""
    amounts = [one.bid.amount for one in order]
    if router.price is Price.FIRST:
        return tuple(amounts)
    prices: list[Money] = []
    for own in reversed(amounts):
        paid = min(own.amount, least + router.second_price_plus)
        prices.append(own.model_copy(update={"amount": paid}))
        least = max(least, own.amount)
    return tuple(reversed(prices))


def to_win(order: Sequence[Received], place: int) -> Decimal | None:
    """What a loser would have had to bid; None for the first."""
    if place == 0:
        return None
    mine, best = order[place], order[0]
    lacking = best.effective - mine.effective + CENT
    return mine.bid.amount.amount + lacking
