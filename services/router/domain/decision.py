"""One decision, from its inputs to its outcome, and again from its record.

`deliberate` orders those who may take the call; `settle` takes the first of them
with room, looking at counters that nobody else can change meanwhile.  Both are
functions of values, and the record keeps every value: `repeat` takes the decision
again from the record alone.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from libs.contracts.ids import AccountId, CallId, CampaignId, NumberId, Sid, TargetId
from libs.contracts.message import Instant, Value
from libs.contracts.phone import Caller
from libs.contracts.routing import Close, DialNext, RouteReason, Rule, Verdict
from libs.contracts.voice import Dial, DialRecording
from services.router.domain.choice import arrange
from services.router.domain.eligibility import exclusion
from services.router.domain.holds import Counter, day_began, lack_of_room
from services.router.domain.plan import Candidate, Plan

RING_MIN_SECONDS = 5  # less ringing than this reaches nobody; the budget counts as spent

UNCONFIGURED_MESSAGE = "Sorry, this number is not in service. Goodbye."
"""Heard where no campaign's own message can be."""


class CallContext(Value):
    """What is known of the call from its first step on; every record carries it along."""

    call_id: CallId
    account_id: AccountId
    account_sid: Sid
    call_sid: Sid
    caller: Caller
    dialled: str
    number_id: NumberId | None = None
    campaign_id: CampaignId | None = None
    ring_began_at: Instant
    tried: tuple[TargetId, ...] = ()


class CounterSeen(Value):
    """A counter as a decision saw it."""

    live: int
    day_at: Instant
    day_count: int


class Seat(Value):
    """What became of one candidate; `at` is its index in the plan, `place` in the order."""

    at: int
    verdict: Verdict
    rule: Rule
    seen: str = ""
    needed: str = ""
    place: int | None = None


class Record(Value):
    """Everything a decision was taken from, and what it came to.

    `given` is a closing that was certain before anybody was considered; `counters` are
    those of the candidates looked at, by index in the plan.
    """

    step: int
    at: Instant
    context: CallContext
    seed: int
    snapshot: str | None
    config_version: int
    given: RouteReason | None = None
    ring_seconds_left: int
    counters: dict[int, CounterSeen] = Field(default_factory=dict)
    seats: tuple[Seat, ...] = ()
    reason: RouteReason


class Deliberation(Value):
    """A decision up to the point where counters are needed.

    `closing` is set where the call is closed whatever the counters say; `given` where
    that was certain from the start.
    """

    step: int
    at: Instant
    context: CallContext
    seed: int
    plan: Plan | None
    given: RouteReason | None
    closing: RouteReason | None
    ring_seconds_left: int
    excluded: tuple[Seat, ...] = ()
    order: tuple[Candidate, ...] = ()


class Decision(Value):
    """An outcome with its record; `chosen` is who takes the call."""

    outcome: DialNext | Close
    record: Record
    plan: Plan | None
    chosen: Candidate | None


def deliberate(
    context: CallContext,
    step: int,
    plan: Plan | RouteReason,
    *,
    now: datetime,
    seed: int,
) -> Deliberation:
    """Say who may take the call, in which order; or that it must be closed, and why.

    A reason in the place of a plan closes the call whoever there may be.
    """
    left = 0
    closing = plan if isinstance(plan, RouteReason) else None
    excluded: list[Seat] = []
    order: tuple[Candidate, ...] = ()
    if isinstance(plan, Plan):
        left = plan.campaign.ring_budget_seconds - int(
            (now - context.ring_began_at).total_seconds()
        )
        eligible: list[Candidate] = []
        for at, candidate in enumerate(plan.candidates):
            no = exclusion(candidate, context.tried)
            if no is None:
                eligible.append(candidate)
            else:
                excluded.append(
                    Seat(
                        at=at,
                        verdict=Verdict.EXCLUDED,
                        rule=no.rule,
                        seen=no.seen,
                        needed=no.needed,
                    )
                )
        order = arrange(eligible, seed)
        closing = _closing(plan, order, left)
    return Deliberation.model_construct(
        step=step,
        at=now,
        context=context,
        seed=seed,
        plan=plan if isinstance(plan, Plan) else None,
        given=plan if isinstance(plan, RouteReason) else None,
        closing=closing,
        ring_seconds_left=left,
        excluded=tuple(excluded),
        order=order,
    )


def _closing(plan: Plan, order: tuple[Candidate, ...], left: int) -> RouteReason | None:
    if not plan.candidates:
        return RouteReason.NO_TARGET
    if not order:
        return RouteReason.NOBODY_ELIGIBLE
    if left < RING_MIN_SECONDS:
        return RouteReason.RING_BUDGET_SPENT
    return None


def settle(
    deliberation: Deliberation, counters: Mapping[TargetId, Counter], *, final: bool
) -> Decision | None:
    """Take the first in the order with room.

    `counters` hold those of the beginning of the order; None asks for more of them,
    unless `final` says that these are all there are.
    """
    chosen: Candidate | None = None
    seen: dict[int, CounterSeen] = {}
    seats: list[Seat] = []
    plan = deliberation.plan
    for place, candidate in enumerate(deliberation.order):
        assert plan is not None, "an order without a plan"
        at = plan.index[candidate.target.id]
        if chosen is not None or deliberation.closing is not None:
            seats.append(Seat(at=at, verdict=Verdict.LOST, rule=Rule.NOT_REACHED, place=place))
            continue
        if candidate.target.id not in counters:
            return None
        counter = counters[candidate.target.id].on(
            day_began(deliberation.at, candidate.target.zone)
        )
        seen[at] = CounterSeen(
            live=counter.live, day_at=counter.day_at, day_count=counter.day_count
        )
        seat, has_room = _seat(at, place, candidate, counter)
        seats.append(seat)
        if has_room:
            chosen = candidate
    if chosen is None and deliberation.closing is None and not final:
        return None
    return _decision(deliberation, chosen, seen, seats)


def _seat(at: int, place: int, candidate: Candidate, counter: Counter) -> tuple[Seat, bool]:
    full = lack_of_room(candidate.target, counter)
    if full is not None:
        seat = Seat(
            at=at,
            verdict=Verdict.EXCLUDED,
            rule=full.rule,
            seen=full.seen,
            needed=full.needed,
            place=place,
        )
        return seat, False
    seen = f"{counter.live} at once, {counter.day_count} today"
    return Seat(at=at, verdict=Verdict.CHOSEN, rule=Rule.TAKEN, seen=seen, place=place), True


def _decision(
    deliberation: Deliberation,
    chosen: Candidate | None,
    counters: dict[int, CounterSeen],
    seats: list[Seat],
) -> Decision:
    plan = deliberation.plan
    context = deliberation.context
    reason = RouteReason.CHOSEN if chosen else deliberation.closing or RouteReason.ALL_CAPPED
    outcome: DialNext | Close
    if chosen is not None:
        assert plan is not None, "a chosen target without a plan"
        outcome = DialNext(
            account_id=context.account_id,
            step=deliberation.step,
            dial=_dial(plan, chosen, deliberation.ring_seconds_left),
        )
        context = context.model_copy(update={"tried": (*context.tried, chosen.target.id)})
    else:
        outcome = Close(
            account_id=context.account_id,
            step=deliberation.step,
            say=plan.campaign.closing_message if plan else UNCONFIGURED_MESSAGE,
            reason=reason,
        )
    record = Record.model_construct(
        step=deliberation.step,
        at=deliberation.at,
        context=context,
        seed=deliberation.seed,
        snapshot=plan.digest if plan else None,
        config_version=plan.version if plan else 0,
        given=deliberation.given,
        ring_seconds_left=deliberation.ring_seconds_left,
        counters=counters,
        seats=(*deliberation.excluded, *seats),
        reason=reason,
    )
    return Decision.model_construct(outcome=outcome, record=record, plan=plan, chosen=chosen)


def _dial(plan: Plan, chosen: Candidate, ring_seconds_left: int) -> Dial:
    recording = DialRecording.DUAL if plan.campaign.recording else DialRecording.NOT
    return Dial(
        destination=chosen.target.destination,
        ring_seconds=min(chosen.target.ring_seconds, ring_seconds_left),
        limit_seconds=chosen.target.limit_seconds,
        recording=recording,
    )


def repeat(record: Record, plan: Plan | None) -> Decision:
    """Take a recorded decision again, from the record and the plan it names."""
    given = record.context.model_copy(update={"tried": _tried_before(record, plan)})
    basis = record.given or plan
    assert basis is not None, "a record names a plan or a reason"
    deliberation = deliberate(given, record.step, basis, now=record.at, seed=record.seed)
    counters = {
        plan.candidates[at].target.id: Counter(counter.live, counter.day_at, counter.day_count)
        for at, counter in record.counters.items()
        if plan is not None
    }
    decision = settle(deliberation, counters, final=True)
    assert decision is not None, "a final settlement always decides"
    return decision


def _tried_before(record: Record, plan: Plan | None) -> tuple[TargetId, ...]:
    """Who had been tried when the decision began: without the one it chose."""
    took = any(seat.verdict is Verdict.CHOSEN for seat in record.seats)
    return record.context.tried[:-1] if took and plan is not None else record.context.tried
