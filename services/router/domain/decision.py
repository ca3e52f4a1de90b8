"""One decision, from its inputs to its outcome, and again from its record.

`deliberate` orders those who may take the call; `settle` takes the first of them
with room, looking at counters that nobody else can change meanwhile.  Both are
functions of values, and the record keeps every value: `repeat` takes the decision
again from the record alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from libs.contracts.auction import AuctionUnsold, AuctionWon
from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.ids import RtbRouterId
from libs.contracts.money import Money
from libs.contracts.routing import DialNext, RouteReason
from services.router.domain.candidate import Candidate
from services.router.domain.choice import arrange
from services.router.domain.context import CallContext, FlowPart, Inputs
from services.router.domain.counters import Counter, CounterKey, Counters, plain
from services.router.domain.eligibility import Sieve
from services.router.domain.outcome import RING_MIN_SECONDS, outcome_of
from services.router.domain.plan import Plan
from services.router.domain.record import (
    CounterSeen,
    Decision,
    Deliberation,
    Record,
    Seat,
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
from services.router.domain.screening import turned_away
from services.router.domain.verdicts import Exclusion, TurnedAway

TELLS_UNSOLD = 2  # the edition of the rules since which nobody's buying has its own reason


def deliberate(
    context: CallContext,
    step: int,
    plan: Plan | RouteReason,
    inputs: Inputs,
    *,
    now: datetime,
    seed: int,
) -> Deliberation:
    """Say who may take the call, in which order; or that it must be closed, and why.

    A reason in the place of a plan closes the call whoever there may be.
    """
    if isinstance(plan, RouteReason):
        return Deliberation.model_construct(
            step=step,
            at=now,
            context=context,
            inputs=inputs,
            seed=seed,
            plan=None,
            given=plan,
            turned_away=None,
            closing=plan,
            ring_seconds_left=0,
            excluded=(),
            order=(),
        )
    left = _ring_seconds_left(plan, context, now)
    if runs_flow(plan, context, inputs):
        return _in_flow(context, step, plan, inputs, now=now, seed=seed, left=left)
    no = turned_away(plan, context, inputs, now) if step == 0 else None
    excluded, eligible = _sorted_out(plan, context, inputs, now)
    order = arrange(plan, eligible, inputs, now=now, seed=seed)
    if context.honoured is not None:
        order = _promised_first(order, context.honoured.candidate_id)
    return Deliberation.model_construct(
        step=step,
        at=now,
        context=context,
        inputs=inputs,
        seed=seed,
        plan=plan,
        given=None,
        turned_away=no,
        closing=no.reason if no else _closing(plan, context, order, left),
        ring_seconds_left=left,
        excluded=excluded,
        order=order,
    )


def runs_flow(plan: Plan, context: CallContext, inputs: Inputs) -> bool:
    """Whether the campaign's flow is to have the call, if the campaign takes it at all."""
    new = context.flow is FlowPart.NONE and inputs.share_percent is None
    return plan.campaign.flow_id is not None and new


def _in_flow(
    context: CallContext,
    step: int,
    plan: Plan,
    inputs: Inputs,
    *,
    now: datetime,
    seed: int,
    left: int,
) -> Deliberation:
    """Nobody is looked for before the flow asks."""
    no = turned_away(plan, context, inputs, now)
    return Deliberation.model_construct(
        step=step,
        at=now,
        context=context,
        inputs=inputs,
        seed=seed,
        plan=plan,
        given=None,
        turned_away=no,
        closing=no.reason if no else RouteReason.FLOW,
        ring_seconds_left=left,
        excluded=(),
        order=(),
    )


def _ring_seconds_left(plan: Plan, context: CallContext, now: datetime) -> int:
    assert plan.settings.ring_budget_seconds is not None, "the platform sets it"
    since = (now - context.ring_began_at).total_seconds() - context.talked_seconds
    return plan.settings.ring_budget_seconds - int(since)


def _sorted_out(
    plan: Plan, context: CallContext, inputs: Inputs, now: datetime
) -> tuple[tuple[Seat, ...], list[Candidate]]:
    """Those who may not take the call, each with why; and those who may."""
    sieve = Sieve(plan, context, inputs, now)
    excluded: list[Seat] = []
    eligible: list[Candidate] = []
    for at, (candidate, line) in enumerate(zip(plan.candidates, plan.lines, strict=True)):
        no = sieve.exclusion(line)
        if no is None:
            eligible.append(candidate)
        else:
            excluded.append(_excluded(at, no))
    return tuple(excluded), eligible


def _promised_first(order: tuple[Candidate, ...], candidate_id: UUID) -> tuple[Candidate, ...]:
    """Who has a place for this very call comes before all tiers."""
    return tuple(sorted(order, key=lambda candidate: candidate.id != candidate_id))


def _excluded(at: int, no: Exclusion, place: int | None = None) -> Seat:
    return Seat(
        at=at,
        verdict=Verdict.EXCLUDED,
        rule=no.rule,
        seen=no.seen,
        needed=no.needed,
        holder=no.holder,
        place=place,
    )


def _closing(
    plan: Plan, context: CallContext, order: Sequence[Candidate], left: int
) -> RouteReason | None:
    assert plan.settings.dial_attempts is not None, "the platform sets it"
    if not plan.candidates:
        return RouteReason.NO_TARGET
    if len(context.tried) >= plan.settings.dial_attempts:
        return RouteReason.DIAL_ATTEMPTS_SPENT
    if not order:
        return RouteReason.NOBODY_ELIGIBLE
    if left < RING_MIN_SECONDS:
        return RouteReason.RING_BUDGET_SPENT
    return None


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
    found.seats.append(_excluded(at, no, place))
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
        found.seats.append(_excluded(at, no, place))
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
