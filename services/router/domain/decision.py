"""The second half of a decision: the first of the order with room, and what that comes to.

`deliberate` orders those who may take the call; `settle` takes the first of them
with room, looking at counters that nobody else can change meanwhile.  Both are
functions of values, and the record keeps every value: `repeat` takes the decision
again from the record alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.contracts.auction import AuctionUnsold, AuctionWon
from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.ids import RtbRouterId
from libs.contracts.money import Money
from libs.contracts.routing import DialNext, RouteReason
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext
from services.router.domain.counters import Counter, CounterKey, Counters, plain
from services.router.domain.outcome import outcome_of
from services.router.domain.plan import Plan
from services.router.domain.record import (
    CounterSeen,
    Decision,
    Deliberation,
    Record,
    Seat,
    passed_over,
)
from services.router.domain.room import (
    ANY_LEG,
    REASONS,
    amounts_of,
    around,
    as_of,
    beside,
    first_full,
)
from services.router.domain.verdicts import Exclusion, TurnedAway

TELLS_UNSOLD = 2  # the edition of the rules since which nobody's buying has its own reason


def settle(
    deliberation: Deliberation, counters: Counters, *, looked: int
) -> Decision | RtbRouterId | None:
    """Take the first in the order with room.

    `counters` are those of the first `looked` of the order; None asks for more of them.  An
    RTB router's id asks for its auction: everybody before it is full.
    """
    order = deliberation.order if deliberation.closing is None else ()
    found = _Found(deliberation.context)
    if order and _lacks_room_for_all(found, deliberation, counters):
        order = ()
    for place, candidate in enumerate(order):
        if place >= looked:
            return None
        router_id = candidate.rtb_router_id
        if router_id is not None and deliberation.inputs.share_percent is None:
            result = deliberation.inputs.auctions.get(router_id)
            if result is None:
                return router_id
            if isinstance(result, AuctionUnsold):
                _unsold(found, _at(deliberation, candidate), place, router_id, result)
                continue
            candidate = candidate.won_by(result)
        if _takes(found, deliberation, counters, place, candidate):
            break
    return _decision(deliberation, found)


@dataclass
class _Found:
    """What has come out of looking at the order, so far."""

    context: CallContext
    chosen: Candidate | None = None
    seen: dict[CounterKey, Counter] = field(default_factory=dict)
    seats: list[Seat] = field(default_factory=list)
    turned_away: TurnedAway | None = None


def conclude(deliberation: Deliberation, counters: Counters) -> Decision:
    """Settle where all counters of the order are given, and all its auctions."""
    decision = settle(deliberation, counters, looked=len(deliberation.order))
    assert isinstance(decision, Decision), "nothing is left to be asked for"
    return decision


def _unsold(
    found: _Found, at: int, place: int, router_id: RtbRouterId, result: AuctionUnsold
) -> None:
    seen = f"{result.reason.replace('_', ' ')}, {result.asked} asked"
    no = Exclusion(rule=Rule.UNSOLD, seen=seen, needed="a bid that wins")
    found.seats.append(passed_over(at, no, place))
    found.context = found.context.after_unsold(router_id)


def _at(deliberation: Deliberation, candidate: Candidate) -> int:
    assert deliberation.plan is not None, "an order without a plan"
    return deliberation.plan.index[candidate.id]


def _lacks_room_for_all(found: _Found, deliberation: Deliberation, counters: Counters) -> bool:
    """Whether the campaign or the call's publisher is at a cap, whoever might take the call."""
    plan = deliberation.plan
    assert plan is not None, "an order without a plan"
    scopes = around(plan, deliberation.context)
    now_counted = as_of(scopes, counters, deliberation.at)
    full = first_full(scopes, now_counted, ANY_LEG, deliberation.inputs.share_percent)
    if full is None:
        return False
    scope, no = full
    found.seen |= now_counted
    found.turned_away = TurnedAway(reason=REASONS[scope.kind], seen=no.seen, needed=no.needed)
    return True


def _takes(
    found: _Found,
    deliberation: Deliberation,
    counters: Counters,
    place: int,
    candidate: Candidate,
) -> bool:
    """Whether there is room; either way it is written down."""
    at = _at(deliberation, candidate)
    if candidate.target is not None and (candidate.id, Counted.ATTEMPT) not in counters:
        raise AssertionError(f"no counter of target {candidate.id}")
    scopes = (*candidate.scopes, *beside(deliberation.context))
    now_counted = as_of(scopes, counters, deliberation.at)
    found.seen |= now_counted
    adds = amounts_of(candidate.settings)
    full = first_full(scopes, now_counted, adds, deliberation.inputs.share_percent)
    if full is not None:
        scope, no = full
        if scope.kind in REASONS and found.turned_away is None:
            found.turned_away = TurnedAway(
                reason=REASONS[scope.kind], seen=no.seen, needed=no.needed
            )
        found.seats.append(passed_over(at, no, place))
        return False
    found.chosen = candidate
    found.seats.append(_taken(at, place, candidate, now_counted))
    return True


def _taken(at: int, place: int, candidate: Candidate, counters: Counters) -> Seat:
    if candidate.sold is not None:
        seen = _bought(candidate.sold)
        return Seat(at=at, verdict=Verdict.CHOSEN, rule=Rule.SOLD, seen=seen, place=place)
    if candidate.target is None:
        seen = "its auction is held when the call comes"
        return Seat(at=at, verdict=Verdict.CHOSEN, rule=Rule.TAKEN, seen=seen, place=place)
    attempts = counters[candidate.id, Counted.ATTEMPT]
    seen = f"{attempts.live} at once, {plain(attempts.day_count)} today"
    return Seat(at=at, verdict=Verdict.CHOSEN, rule=Rule.TAKEN, seen=seen, place=place)


def _bought(sold: AuctionWon) -> str:
    return f"{_told(sold.price)}, {sold.bids} bids of {sold.asked} asked"


def _told(price: Money) -> str:
    """As people write it, whatever places it came with: 31.00 USD."""
    whole_cents = price.amount == round(price.amount, 2)
    return f"{price.amount:{'.2f' if whole_cents else '.4f'}} {price.currency}"


def _decision(deliberation: Deliberation, found: _Found) -> Decision:
    plan, context, chosen = deliberation.plan, found.context, found.chosen
    no = deliberation.turned_away if chosen is None else None
    if chosen is None and deliberation.closing is None:
        no = found.turned_away
    reason = _reason(deliberation, found)
    outcome, context = outcome_of(deliberation, context, chosen, reason)
    record = Record.model_construct(
        step=deliberation.step,
        at=deliberation.at,
        context=context,
        inputs=deliberation.inputs,
        seed=deliberation.seed,
        snapshot=plan.digest if plan else None,
        config_version=plan.version if plan else 0,
        given=deliberation.given,
        turned_away=no,
        ring_seconds_left=deliberation.ring_seconds_left,
        counters=tuple(_seen(key, counter) for key, counter in found.seen.items()),
        seats=(*deliberation.excluded, *found.seats),
        rest=_rest(plan, deliberation.order, len(found.seats)),
        reason=reason,
        fallback=chosen is None and isinstance(outcome, DialNext),
        edition=deliberation.edition,
    )
    return Decision.model_construct(outcome=outcome, record=record, plan=plan, chosen=chosen)


def _reason(deliberation: Deliberation, found: _Found) -> RouteReason:
    if found.chosen is not None:
        return RouteReason.CHOSEN
    if deliberation.closing is not None:
        return deliberation.closing
    if found.turned_away is not None:
        return found.turned_away.reason
    unsold = all(seat.rule is Rule.UNSOLD for seat in found.seats)
    is_told = unsold and deliberation.edition >= TELLS_UNSOLD
    return RouteReason.UNSOLD if is_told else RouteReason.ALL_CAPPED


def _rest(plan: Plan | None, order: Sequence[Candidate], looked_at: int) -> tuple[int, ...]:
    if plan is None:
        return ()
    index = plan.index
    return tuple(index[candidate.id] for candidate in order[looked_at:])


def _seen(key: CounterKey, counter: Counter) -> CounterSeen:
    scope_id, measure = key
    return CounterSeen(scope_id, measure, *(getattr(counter, name) for name in Counter.__slots__))
