"""What buyers' own people ask and do, through the console."""

from libs.contracts.party_targets import GetPartyTarget, ListPartyTargets, SetPartyTarget
from libs.runtime.answers import Answers
from services.router.answers import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.router.answers.refusing import doing
from services.router.desk.party_targets import PartyTargetsDesk


def bind(answers: Answers, desk: PartyTargetsDesk) -> None:
    """Bind them to their desk."""
    answers.to(ListPartyTargets, in_flight_max=LOOKS_IN_FLIGHT_MAX)(doing(desk.page))
    answers.to(GetPartyTarget, in_flight_max=LOOKS_IN_FLIGHT_MAX)(doing(desk.one))
    answers.to(SetPartyTarget, in_flight_max=EDITS_IN_FLIGHT_MAX)(doing(desk.set))
