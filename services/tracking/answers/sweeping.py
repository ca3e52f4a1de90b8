"""What is done to all of tracking's texts: a caller is taken out, secrets are sealed anew."""

from libs.contracts.sweeping import (
    CallerErased,
    EraseTrackingCaller,
    ResealTracking,
    SecretsResealed,
)
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from libs.runtime.resealing import Resealing
from services.tracking.answers.refusing import declining
from services.tracking.desk.erasing import ErasingDesk

SWEEPS_IN_FLIGHT_MAX = 2  # each reads tables for a second


def bind(answers: Answers, erasing: ErasingDesk, secrets: Resealing) -> None:
    """Bind both to the schema's own."""

    @answers.to(EraseTrackingCaller, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def erase(question: EraseTrackingCaller, _: Deadline) -> CallerErased:
        with declining():
            swept = await erasing.step(question)
        return CallerErased(rows=swept.found, at=swept.at)

    @answers.to(ResealTracking, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def reseal(question: ResealTracking, _: Deadline) -> SecretsResealed:
        done = await secrets.step(question.at)
        return SecretsResealed(anew=done.anew, lost=done.lost, at=done.at)
