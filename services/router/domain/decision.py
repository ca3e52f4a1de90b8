"""One decision, from its inputs to its outcome, and again from its record.

`deliberate` orders those who may take the call; `settle` takes the first of them
with room, looking at counters that nobody else can change meanwhile.  Both are
functions of values, and the record keeps every value: `repeat` takes the decision
again from the record alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from libs.contracts.auction import AuctionUnsold, AuctionWon
from libs.contracts.call_settings import LegSettings
from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.ids import RtbRouterId, TargetId
from libs.contracts.money import Money
from libs.contracts.routing import Close, DialNext, RouteReason
from libs.rules.caps import caps_for_quotes, lack_of_room
from services.router.domain.candidate import Candidate, Scope
from services.router.domain.choice import arrange
from services.router.domain.context import CallContext, Inputs
from services.router.domain.counters import (
    MEASURES,
    Counter,
    CounterKey,
    Counters,
    Periods,
    plain,
    usage_of,
)
from services.router.domain.dialling import dial_of, said_before
from services.router.domain.eligibility import Sieve
from services.router.domain.plan import Plan
from services.router.domain.record import (
    CounterSeen,
    Decision,
    Deliberation,
    Promised,
    Record,
    Seat,
)
from services.router.domain.screening import turned_away
from services.router.domain.verdicts import Exclusion

RING_MIN_SECONDS = 5  # less ringing than this reaches nobody; the budget counts as spent

UNCONFIGURED_MESSAGE = "Sorry, this number is not in service. Goodbye."
"""Heard where no campaign's own message can be."""


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
    now_counted = _as_of(candidate, counters, deliberation.at)
    found.seen |= now_counted
    no = _lack_of_room(candidate, now_counted, deliberation.inputs.share_percent)
    if no is not None:
        found.seats.append(_excluded(at, no, place))
        return False
    found.chosen = candidate
    found.seats.append(_taken(at, place, candidate, now_counted))
    return True


def _as_of(candidate: Candidate, counters: Counters, at: datetime) -> dict[CounterKey, Counter]:
    """The counters that a candidate must leave room in, each in its own zone's periods."""
    found: dict[CounterKey, Counter] = {}
    for scope in candidate.scopes:
        periods: Periods | None = None
        for measure in MEASURES:
            counter = counters.get((scope.id, measure))
            if counter is not None:
                periods = periods or Periods.of(at, scope.limits.zone)
                found[scope.id, measure] = counter.on(periods)
    return found


def amounts_of(settings: LegSettings) -> dict[Counted, Decimal]:
    """What a leg may come to count of each measure."""
    converts = settings.conversion
    return {
        Counted.ATTEMPT: Decimal(1),
        Counted.CONNECTION: Decimal(1),
        Counted.CONVERSION: Decimal(1 if converts else 0),
        Counted.REVENUE: converts.revenue.amount if converts else Decimal(0),
    }


def _lack_of_room(
    candidate: Candidate, counters: Counters, share_percent: int | None
) -> Exclusion | None:
    adds = amounts_of(candidate.settings)
    for scope in candidate.scopes:
        if not scope.limits.limited:
            continue
        caps = scope.limits.caps
        usage = usage_of(scope.id, caps, counters, adds)
        if share_percent is not None:
            caps = caps_for_quotes(caps, usage, share_percent)
        full = lack_of_room(caps, usage)
        if full is not None:
            at_once = full.seen.endswith(" at once")
            rule = Rule.CONCURRENCY_CAP if at_once else Rule.CAP
            return Exclusion(rule=rule, seen=full.seen, needed=full.needed, holder=_holder(scope))
    return None


def _holder(scope: Scope) -> str:
    return f"{scope.kind} {scope.name}"


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
    reason = RouteReason.CHOSEN if chosen else deliberation.closing or RouteReason.ALL_CAPPED
    outcome: DialNext | Close | Promised
    if chosen is not None and deliberation.inputs.share_percent is not None:
        outcome = _promised(chosen)
        context = context.after_tried(TargetId(chosen.id))
    elif chosen is not None:
        outcome = DialNext(
            account_id=context.account_id,
            step=deliberation.step,
            dial=dial_of(chosen, context, deliberation.ring_seconds_left),
            say=said_before(chosen.settings),
        )
        taker = chosen.sold.target_id if chosen.sold else None
        context = context.after_tried(TargetId(taker or chosen.id))
    else:
        outcome = Close(
            account_id=context.account_id,
            step=deliberation.step,
            say=(plan.settings.closing_message if plan else None) or UNCONFIGURED_MESSAGE,
            reason=reason,
        )
    record = Record.model_construct(
        step=deliberation.step,
        at=deliberation.at,
        context=context,
        inputs=deliberation.inputs,
        seed=deliberation.seed,
        snapshot=plan.digest if plan else None,
        config_version=plan.version if plan else 0,
        given=deliberation.given,
        turned_away=deliberation.turned_away,
        ring_seconds_left=deliberation.ring_seconds_left,
        counters=tuple(_seen(key, counter) for key, counter in found.seen.items()),
        seats=(*deliberation.excluded, *found.seats),
        rest=_rest(plan, deliberation.order, len(found.seats)),
        reason=reason,
    )
    return Decision.model_construct(outcome=outcome, record=record, plan=plan, chosen=chosen)


def _promised(chosen: Candidate) -> Promised:
    terms = chosen.settings.conversion
    return Promised(
        candidate_id=chosen.id,
        worth=terms.revenue if terms else None,
        required_seconds=terms.after_seconds if terms else 0,
    )


def _rest(plan: Plan | None, order: Sequence[Candidate], looked_at: int) -> tuple[int, ...]:
    if plan is None:
        return ()
    index = plan.index
    return tuple(index[candidate.id] for candidate in order[looked_at:])


def _seen(key: CounterKey, counter: Counter) -> CounterSeen:
    scope_id, measure = key
    return CounterSeen(scope_id, measure, *(getattr(counter, name) for name in Counter.__slots__))
