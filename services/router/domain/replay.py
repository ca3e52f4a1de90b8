"""A recorded decision taken again, from its record and the plan it names."""

from collections.abc import Sequence
from datetime import datetime

from libs.contracts.caps import Counted
from libs.contracts.explaining import Verdict
from libs.contracts.ids import TargetId
from services.router.domain.candidate import Candidate
from services.router.domain.context import Inputs
from services.router.domain.counters import Counter, CounterKey, Counters, Periods
from services.router.domain.decision import deliberate, settle
from services.router.domain.plan import Plan
from services.router.domain.record import Decision, Record


def repeat(record: Record, plan: Plan | None) -> Decision:
    """Take a recorded decision again, from the record and the plan it names."""
    given = record.context.model_copy(update={"tried": tried_before(record)})
    basis = record.given or plan
    assert basis is not None, "a record names a plan or a reason"
    deliberation = deliberate(
        given, record.step, basis, record.inputs, now=record.at, seed=record.seed
    )
    decision = settle(deliberation, counters_of(record), final=True)
    assert decision is not None, "a final settlement always decides"
    return decision


def reconsider(record: Record, then: Plan, now: Plan) -> Decision:
    """Take a recorded decision by another plan: the same call, draw, past and counters."""
    given = record.context.model_copy(update={"tried": tried_before(record)})
    inputs = _moved(record.inputs, then, now)
    deliberation = deliberate(given, record.step, now, inputs, now=record.at, seed=record.seed)
    counters = with_targets(counters_of(record), deliberation.order, record.at)
    decision = settle(deliberation, counters, final=True)
    assert decision is not None, "a final settlement always decides"
    return decision


def _moved(inputs: Inputs, then: Plan, now: Plan) -> Inputs:
    """Inputs by the places that targets have in another plan."""
    places = {
        at: now.index[candidate.target.id]
        for at, candidate in enumerate(then.candidates)
        if candidate.target.id in now.index
    }
    loads = {places[at]: load for at, load in inputs.loads.items() if at in places}
    estimates = {places[at]: one for at, one in inputs.estimates.items() if at in places}
    return inputs.model_copy(update={"loads": loads, "estimates": estimates})


def with_targets(
    counters: Counters, order: Sequence[Candidate], at: datetime
) -> dict[CounterKey, Counter]:
    """Counters, with empty ones for targets of which nothing is known."""
    empty: dict[CounterKey, Counter] = {
        (candidate.target.id, Counted.ATTEMPT): Counter.empty(Periods.of(at, candidate.target.zone))
        for candidate in order
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


def tried_before(record: Record) -> tuple[TargetId, ...]:
    """Who had been tried when the decision began: without the one it chose."""
    took = any(seat.verdict is Verdict.CHOSEN for seat in record.seats)
    return record.context.tried[:-1] if took else record.context.tried
