"""What publishers' own people ask and do, through the console."""

from libs.contracts.party_numbers import ListPartyNumbers, TakePartyNumber
from libs.runtime.answers import Answers
from services.router.answers import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.router.answers.refusing import doing
from services.router.desk.party_numbers import PartyNumbersDesk


def bind(answers: Answers, desk: PartyNumbersDesk) -> None:
    """Bind them to their desk."""
    answers.to(ListPartyNumbers, in_flight_max=LOOKS_IN_FLIGHT_MAX)(doing(desk.page))
    answers.to(TakePartyNumber, in_flight_max=EDITS_IN_FLIGHT_MAX)(doing(desk.take))
