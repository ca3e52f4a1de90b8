"""Plans for tests of rules: every detail has a default, a test says only what matters to it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from libs.contracts.caps import Counted
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Defaults,
    Group,
    Target,
)
from libs.contracts.ids import AccountId, BuyerId, CallId, CampaignId
from libs.contracts.phone import WITHHELD, PhoneDestination, read_caller
from libs.contracts.routing import RouteReason
from libs.contracts.screening import CallerHistory, EarlierCall
from services.router.domain.candidate import Candidate
from services.router.domain.context import CallContext, Inputs
from services.router.domain.counters import NONE, Counter, Counters, Periods
from services.router.domain.decision import conclude
from services.router.domain.deliberation import deliberate
from services.router.domain.plan import Plan, Shelf, plan_of
from services.router.domain.record import Decision

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)  # a Tuesday, ten in the morning in New York
ACCOUNT = AccountId(UUID(int=1))
BUYER = Buyer(id=BuyerId(UUID(int=2)), name="Acme")
CALLER = read_caller("+12125550123")
CALL = CallContext(
    call_id=CallId(UUID(int=3)),
    account_id=ACCOUNT,
    account_sid="AC1",
    call_sid="CA1",
    caller=WITHHELD,
    dialled="+18005550100",
    ring_began_at=NOW,
)
NO_INPUTS = Inputs()


def a_target(n: int, **more: Any) -> Target:
    number = PhoneDestination(number=f"+1555010{n:04}")
    given = {"id": UUID(int=100 + n), "buyer_id": BUYER.id, "name": f"desk {n}"}
    return Target.model_validate({**given, "destination": number, **more})


def a_plan(
    *targets: Target,
    places: Iterable[tuple[int, int]] = (),
    buyers: Iterable[Buyer] = (BUYER,),
    groups: Iterable[Group] = (),
    defaults: Defaults | None = None,
    **more: Any,
) -> Plan:
    """Targets in the order of their priority, or at these places (priority, weight)."""
    placed = list(places) or [(priority, 1) for priority in range(1, len(targets) + 1)]
    campaign = Campaign.model_validate(
        {
            "id": CampaignId(UUID(int=4)),
            "name": "Roofing",
            "status": CampaignStatus.ACTIVE,
            "closing_message": "Goodbye.",
            "assignments": tuple(
                Assignment(target_id=target.id, priority=priority, weight=weight)
                for target, (priority, weight) in zip(targets, placed, strict=True)
            ),
            **more,
        }
    )
    shelf = Shelf(
        defaults or Defaults(),
        {buyer.id: buyer for buyer in buyers},
        {target.id: target for target in targets},
        {group.id: group for group in groups},
    )
    return plan_of(ACCOUNT, campaign, shelf, version=7)


def candidates(*places: tuple[int, int]) -> tuple[Candidate, ...]:
    """Candidates at these places (priority, weight)."""
    return plan_at(*places).candidates


def plan_at(*places: tuple[int, int], **more: Any) -> Plan:
    """A plan of targets at these places (priority, weight)."""
    return a_plan(*(a_target(n) for n in range(len(places))), places=places, **more)


def a_counter(live: int = 0, today: int = 0, *, possible: int = 0, zone: str = "UTC") -> Counter:
    """A counter of this hour, day, week and month, and of all time."""
    periods, count = Periods.of(NOW, zone), Decimal(today)
    moments = (periods.hour_at, periods.day_at, periods.week_at, periods.month_at)
    hour, day, week, month = moments
    return Counter(
        live, Decimal(possible), hour, count, day, count, week, count, month, count, count
    )


def counters_of(
    plan: Plan,
    live: Mapping[int, int] | None = None,
    counted: Mapping[tuple[UUID, Counted], Counter] | None = None,
) -> Counters:
    """Counters of everything in a plan: empty but for what is given, targets by number."""
    found = {
        (scope.id, measure): a_counter()
        for candidate in plan.candidates
        for scope in candidate.scopes
        for measure in Counted
    }
    for n, calls in (live or {}).items():
        found[UUID(int=100 + n), Counted.ATTEMPT] = a_counter(calls)
    return found | dict(counted or {})


def decide(
    basis: Plan | RouteReason,
    live: Mapping[int, int] | None = None,
    *,
    counted: Mapping[tuple[UUID, Counted], Counter] | None = None,
    inputs: Inputs = NO_INPUTS,
    now: datetime = NOW,
    step: int = 0,
    seed: int = 11,
    **more: Any,
) -> Decision:
    """Decide while these targets, by number, have so many calls."""
    plan = basis if isinstance(basis, Plan) else a_plan()
    context = CALL.model_copy(update={"ring_began_at": now, **more})
    deliberation = deliberate(context, step, basis, inputs, now=now, seed=seed)
    decision = conclude(deliberation, counters_of(plan, live, counted))
    assert decision is not None
    return decision


def chosen(decision: Decision) -> int | None:
    """The number of the target that takes the call."""
    return decision.chosen.id.int - 100 if decision.chosen else None


def past(*targets: int, days_ago: float = 1, converted: bool = False) -> Inputs:
    """The caller was connected with these targets before."""
    at = NOW - timedelta(days=days_ago)
    calls = tuple(
        EarlierCall(
            at=at,
            campaign_id=CampaignId(UUID(int=4)),
            target_id=UUID(int=100 + n),
            buyer_id=BUYER.id,
            connected_at=at,
            converted_at=at if converted else None,
        )
        for n in targets
    )
    return Inputs(history=CallerHistory(calls=calls))


__all__ = [
    "ACCOUNT",
    "BUYER",
    "CALL",
    "CALLER",
    "NONE",
    "NOW",
    "a_counter",
    "a_plan",
    "a_target",
    "candidates",
    "chosen",
    "counters_of",
    "decide",
    "past",
    "plan_at",
]
