"""A recorded decision taken again, from its record and the plan it names."""

from libs.contracts.explaining import Verdict
from libs.contracts.ids import TargetId
from services.router.domain.counters import Counter, Counters
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
