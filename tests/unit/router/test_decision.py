"""A decision takes the first of a fair order with room, says why, and can be taken again."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.caps import Counted
from libs.contracts.configuration import Buyer, Status
from libs.contracts.explaining import Rule, Verdict
from libs.contracts.routing import Close, DialNext, RouteReason
from services.router.domain.context import Inputs
from services.router.domain.counters import Counter
from services.router.domain.decision import conclude
from services.router.domain.deliberation import deliberate
from services.router.domain.explain import explained
from services.router.domain.plan import Plan
from services.router.domain.record import Record
from services.router.domain.replay import repeat
from tests.unit.router.plans import (
    BUYER,
    CALL,
    NOW,
    a_counter,
    a_plan,
    a_target,
    counters_of,
    decide,
)


def test_the_lower_priority_is_dialled() -> None:
    plan = a_plan(a_target(1), a_target(2), places=[(2, 1), (1, 1)])

    decision = decide(plan)

    assert isinstance(decision.outcome, DialNext)
    assert str(decision.outcome.dial.destination) == "+15550100002"
    assert [seat.verdict for seat in decision.record.seats] == [Verdict.CHOSEN]
    assert decision.record.rest == (0,)


def test_a_full_target_is_passed_over_with_its_numbers() -> None:
    plan = a_plan(a_target(1, concurrency_cap=1), a_target(2))

    decision = decide(plan, {1: 1})

    full = decision.record.seats[0]
    assert (full.rule, full.seen, full.needed) == (
        Rule.CONCURRENCY_CAP,
        "1 at once",
        "fewer than 1",
    )
    sentence = explained(decision.record, plan, heard=True).sentence
    assert "desk 2 of Acme was dialled" in sentence
    assert "desk 1 was at its concurrency cap: 1 at once" in sentence


def test_yesterdays_count_does_not_fill_todays_cap() -> None:
    plan = a_plan(a_target(1, daily_cap=1))
    key = (UUID(int=101), Counted.ATTEMPT)
    today = a_counter(today=1)
    yesterday = today.__class__(
        **{name: getattr(today, name) for name in today.__slots__ if name != "day_at"},
        day_at=today.day_at - timedelta(days=1),
    )

    assert isinstance(decide(plan, counted={key: yesterday}).outcome, DialNext)
    assert decide(plan, counted={key: today}).record.reason is RouteReason.ALL_CAPPED


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (RouteReason.CAMPAIGN_PAUSED, RouteReason.CAMPAIGN_PAUSED),
        (a_plan(), RouteReason.NO_TARGET),
        (a_plan(a_target(1, status=Status.PAUSED)), RouteReason.NOBODY_ELIGIBLE),
        (
            a_plan(a_target(1), buyers=[Buyer(id=BUYER.id, name="Acme", status=Status.PAUSED)]),
            RouteReason.NOBODY_ELIGIBLE,
        ),
    ],
)
def test_a_call_that_nobody_may_take_is_closed_with_its_reason(
    plan: Plan | RouteReason, reason: RouteReason
) -> None:
    decision = decide(plan)

    assert isinstance(decision.outcome, Close)
    assert decision.record.reason is reason
    shown = plan if isinstance(plan, Plan) else None
    assert explained(decision.record, shown, heard=True).sentence.startswith("The call was closed")


def test_nobody_is_dialled_twice_and_the_ring_budget_ends() -> None:
    plan = a_plan(a_target(1))
    tried = decide(plan, tried=(plan.candidates[0].id,))
    spent = decide(plan, ring_began_at=NOW - timedelta(seconds=58))

    assert tried.record.seats[0].rule is Rule.ALREADY_TRIED
    assert spent.record.reason is RouteReason.RING_BUDGET_SPENT


targets = st.lists(
    st.builds(
        lambda cap, daily, status: {"concurrency_cap": cap, "daily_cap": daily, "status": status},
        st.none() | st.integers(1, 3),
        st.none() | st.integers(1, 3),
        st.sampled_from(Status),
    ),
    max_size=8,
)


@given(targets, st.data(), st.integers(0, 2**53 - 1))
def test_a_decision_repeats_from_its_record(
    given_targets: list[dict[str, object]], data: st.DataObject, seed: int
) -> None:
    made = [a_target(n, **more) for n, more in enumerate(given_targets)]
    plan = a_plan(*made, places=[(data.draw(st.integers(1, 3)), 1) for _ in made])
    small = st.integers(0, 4)
    seen: dict[tuple[UUID, Counted], Counter] = {
        (target.id, Counted.ATTEMPT): a_counter(data.draw(small), data.draw(small))
        for target in made
    }
    counters = counters_of(plan, counted=seen)
    decision = conclude(deliberate(CALL, 0, plan, Inputs(), now=NOW, seed=seed), counters)
    assert decision is not None

    kept = Record.model_validate_json(decision.record.model_dump_json())
    again = repeat(kept, Plan.model_validate_json(plan.text))

    assert again.outcome == decision.outcome
    assert again.record == decision.record
    if decision.chosen is not None:
        counter, caps = (
            seen[decision.chosen.id, Counted.ATTEMPT],
            decision.chosen.scopes[0].limits.caps,
        )
        assert counter.live < (caps.concurrency or 5)
        assert counter.day_count < (caps.limits[0].most if caps.limits else 5)
