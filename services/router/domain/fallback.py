"""What the ingress may do with a number's calls while the router is away."""

from libs.contracts.configuration import CampaignStatus, Number, Status
from libs.contracts.ids import AccountId
from libs.contracts.phone import Destination
from libs.contracts.routing import FallbackPlan
from services.router.domain.decision import UNCONFIGURED_MESSAGE
from services.router.domain.plan import Plan


def fallback_plan(account_id: AccountId, number: Number, plan: Plan | None) -> FallbackPlan:
    """Destinations that need no hold, best first; a campaign that takes no calls has none."""
    if plan is None:
        return FallbackPlan(
            account_id=account_id, number=number.number, closing_message=UNCONFIGURED_MESSAGE
        )
    return FallbackPlan(
        account_id=account_id,
        number=number.number,
        destinations=_destinations(plan),
        closing_message=plan.campaign.closing_message,
    )


def _destinations(plan: Plan) -> tuple[Destination, ...]:
    if plan.campaign.status is not CampaignStatus.ACTIVE:
        return ()
    capped = {
        candidate.target.destination for candidate in plan.candidates if candidate.target.capped
    }
    in_order = sorted(plan.candidates, key=lambda candidate: candidate.priority)
    free = [
        candidate.target.destination
        for candidate in in_order
        if candidate.target.dial_without_hold
        and candidate.target.status is Status.ACTIVE
        and candidate.buyer.status is Status.ACTIVE
    ]
    if plan.campaign.fallback_destination is not None:
        free.append(plan.campaign.fallback_destination)
    return tuple(destination for destination in dict.fromkeys(free) if destination not in capped)
