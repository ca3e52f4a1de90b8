"""Who may take this call, and why the others may not: rules that need no counter."""

from collections.abc import Collection

from libs.contracts.configuration import Status
from libs.contracts.ids import TargetId
from libs.contracts.message import Value
from libs.contracts.routing import Rule
from services.router.domain.plan import Candidate


class Exclusion(Value):
    """The first rule a candidate fails, with what was seen and what it takes."""

    rule: Rule
    seen: str
    needed: str


def exclusion(candidate: Candidate, tried: Collection[TargetId]) -> Exclusion | None:
    """Test the rules in their fixed order: buyer, target, already tried; None: eligible."""
    if candidate.buyer.status is not Status.ACTIVE:
        return Exclusion(rule=Rule.BUYER_PAUSED, seen=candidate.buyer.status, needed=Status.ACTIVE)
    if candidate.target.status is not Status.ACTIVE:
        return Exclusion(
            rule=Rule.TARGET_PAUSED, seen=candidate.target.status, needed=Status.ACTIVE
        )
    if candidate.target.id in tried:
        return Exclusion(rule=Rule.ALREADY_TRIED, seen="dialled before", needed="not yet dialled")
    return None
