"""Plans for tests of rules: every detail has a default, a test says only what matters to it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from libs.contracts.configuration import Assignment, Buyer, Campaign, CampaignStatus, Target
from libs.contracts.ids import AccountId, BuyerId, CallId, CampaignId, TargetId
from libs.contracts.phone import WITHHELD, PhoneDestination
from libs.contracts.routing import RouteReason
from services.router.domain.decision import CallContext, Decision, deliberate, settle
from services.router.domain.holds import Counter, day_began
from services.router.domain.plan import Candidate, Plan

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
ACCOUNT = AccountId(UUID(int=1))
BUYER = Buyer(id=BuyerId(UUID(int=2)), name="Acme")
CALL = CallContext(
    call_id=CallId(UUID(int=3)),
    account_id=ACCOUNT,
    account_sid="AC1",
    call_sid="CA1",
    caller=WITHHELD,
    dialled="+18005550100",
    ring_began_at=NOW,
)


def a_target(n: int, **more: Any) -> Target:
    number = PhoneDestination(number=f"+1555010{n:04}")
    given = {"id": UUID(int=100 + n), "buyer_id": BUYER.id, "name": f"desk {n}"}
    return Target.model_validate({**given, "destination": number, **more})


def a_plan(
    *targets: Target,
    places: Iterable[tuple[int, int]] = (),
    buyers: Iterable[Buyer] = (BUYER,),
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
    by_id = {target.id: target for target in targets}
    return Plan.of(ACCOUNT, campaign, by_id, {buyer.id: buyer for buyer in buyers}, version=7)


def candidates(*places: tuple[int, int]) -> tuple[Candidate, ...]:
    """Candidates at these places (priority, weight)."""
    return a_plan(*(a_target(n) for n in range(len(places))), places=places).candidates


def decide(
    basis: Plan | RouteReason, live: Mapping[int, int] | None = None, **more: Any
) -> Decision:
    """Decide while these targets, by number, have so many calls; nobody had one before today."""
    plan = basis if isinstance(basis, Plan) else a_plan()
    began = day_began(NOW, "UTC")
    seen: dict[TargetId, Counter] = {
        one.target.id: Counter((live or {}).get(one.target.id.int - 100, 0), began, 0)
        for one in plan.candidates
    }
    context = CALL.model_copy(update=more)
    decision = settle(deliberate(context, 0, basis, now=NOW, seed=11), seen, final=True)
    assert decision is not None
    return decision
