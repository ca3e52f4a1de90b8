"""What the ingress may do with a number's calls while the router is away."""

from libs.contracts.configuration import CampaignStatus, Number, Status
from libs.contracts.fallback import FallbackPlan
from libs.contracts.ids import AccountId
from libs.contracts.phone import Destination
from services.router.domain.outcome import UNCONFIGURED_MESSAGE
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
        closing_message=plan.settings.closing_message or UNCONFIGURED_MESSAGE,
    )


def _destinations(plan: Plan) -> tuple[Destination, ...]:
    if plan.campaign.status is not CampaignStatus.ACTIVE:
        return ()
    in_order = sorted(plan.candidates, key=lambda candidate: candidate.priority)
    free = [
        candidate.target.destination
        for candidate in in_order
        if candidate.target is not None
        and candidate.buyer is not None
        and candidate.target.dial_without_hold
        and candidate.target.taking_calls
        and candidate.buyer.status is Status.ACTIVE
    ]
    if plan.fallback is not None:
        free.append(plan.fallback)
    return tuple(one for one in dict.fromkeys(free) if one not in plan.capped)
