"""A recorded decision taken again, from its record and the plan it names."""

from collections.abc import Sequence
from datetime import datetime

from libs.contracts.auction import AuctionUnsold, Unsold
from libs.contracts.caps import Counted
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.routing import RouteReason
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext, FlowPart, Inputs
from services.router.domain.counters import Counter, CounterKey, Counters, Periods
from services.router.domain.decision import conclude
from services.router.domain.deliberation import deliberate
from services.router.domain.plan import Plan
from services.router.domain.record import Decision, Record


def repeat(record: Record, plan: Plan | None) -> Decision:
    """Take a recorded decision again, from the record and the plan it names."""
    given = before(record)
    basis = record.given or plan
    assert basis is not None, "a record names a plan or a reason"
    deliberation = deliberate(
        given,
        record.step,
        basis,
        record.inputs,
        now=record.at,
        seed=record.seed,
        edition=record.edition,
    )
    return conclude(deliberation, counters_of(record))


def reconsider(record: Record, then: Plan, now: Plan) -> Decision:
    """Take a recorded decision by another plan: the same call, draw, past and counters."""
    given = before(record)
    inputs = with_auctions(_moved(record.inputs, then, now), now)
    deliberation = deliberate(given, record.step, now, inputs, now=record.at, seed=record.seed)
    counters = with_targets(counters_of(record), deliberation.order, record.at)
    return conclude(deliberation, counters)


def _moved(inputs: Inputs, then: Plan, now: Plan) -> Inputs:
    """Inputs by the places that targets have in another plan."""
    places = {
        at: now.index[candidate.id]
        for at, candidate in enumerate(then.candidates)
        if candidate.id in now.index
    }
    loads = {places[at]: load for at, load in inputs.loads.items() if at in places}
    estimates = {places[at]: one for at, one in inputs.estimates.items() if at in places}
    agents = {places[at]: one for at, one in inputs.agents.items() if at in places}
    return inputs.model_copy(update={"loads": loads, "estimates": estimates, "agents": agents})


def with_auctions(inputs: Inputs, plan: Plan) -> Inputs:
    """Inputs in which auctions that nobody holds now are unsold."""
    unheld = {
        candidate.rtb_router_id: AuctionUnsold(reason=Unsold.NOT_HELD)
        for candidate in plan.candidates
        if candidate.rtb_router_id is not None
    }
    return inputs.model_copy(update={"auctions": unheld | inputs.auctions})


def with_targets(
    counters: Counters, order: Sequence[Candidate], at: datetime
) -> dict[CounterKey, Counter]:
    """Counters, with empty ones for targets of which nothing is known."""
    empty: dict[CounterKey, Counter] = {
        (candidate.id, Counted.ATTEMPT): Counter.empty(Periods.of(at, candidate.target.zone))
        for candidate in order
        if candidate.target is not None
    }
    return {**empty, **counters}


def counters_of(record: Record) -> Counters:
    """The counters as a decision saw them."""
    return {
        (seen.scope_id, seen.measure): Counter(
            **{name: getattr(seen, name) for name in Counter.__slots__}
        )
        for seen in record.counters
    }


def before(record: Record) -> CallContext:
    """The call as the decision found it: without what the decision itself added."""
    took = any(seat.verdict is Verdict.CHOSEN for seat in record.seats)
    gone = sum(seat.rule is Rule.UNSOLD and seat.place is not None for seat in record.seats)
    context = record.context
    return context.model_copy(
        update={
            "flow": FlowPart.NONE if record.reason is RouteReason.FLOW else context.flow,
            "tried": context.tried[:-1] if took else context.tried,
            "unsold": context.unsold[: len(context.unsold) - gone],
            "sent_on": context.sent_on and not record.fallback,
        }
    )
