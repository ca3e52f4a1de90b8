"""What a campaign needs before it may take calls, and why it cannot go on without."""

from dataclasses import dataclass

from libs.contracts.configuration import Campaign, CampaignStatus
from libs.contracts.message import FieldProblem


def sold_to_nobody(campaign: Campaign) -> list[FieldProblem]:
    """What is wrong where an active campaign is open to RTB, and nothing there would use it."""
    names_a_router = any(one.rtb_router_id is not None for one in campaign.assignments)
    active = campaign.status is CampaignStatus.ACTIVE
    if not (active and campaign.rtb_enabled) or names_a_router or campaign.quotes is not None:
        return []
    problem = "name an RTB router in assignments, or set quotes for publishers, or switch it off"
    return [FieldProblem(path="rtb_enabled", problem=problem)]


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a number or pool leads to a campaign (`reached`), and it to a target (`served`)."""

    reached: bool
    served: bool

    @property
    def complete(self) -> bool:
        """Whether the campaign may be active."""
        return self.reached and self.served

    def missing(self) -> list[FieldProblem]:
        """Everything that it lacks."""
        lacks = []
        if not self.served:
            problem = (
                "names no target, nor a group that has one, and no flow_id is set: "
                "name who takes the calls"
            )
            lacks.append(FieldProblem(path="assignments", problem=problem))
        if not self.reached:
            problem = "no number or pool leads to the campaign: give it one, then activate it"
            lacks.append(FieldProblem(path="status", problem=problem))
        return lacks

    def why_paused(self) -> str:
        """What an edit took away, in words for the operator."""
        gone = []
        if not self.served:
            gone.append("it has no target any more")
        if not self.reached:
            gone.append("no number or pool leads to it any more")
        return f"paused by itself: {' and '.join(gone)}"
