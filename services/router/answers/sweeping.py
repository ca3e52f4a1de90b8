"""What is done to all of the router's texts: a caller is taken out, secrets are sealed anew."""

from libs.contracts.sweeping import CallerErased, EraseRouterCaller, ResealRouter, SecretsResealed
from libs.rules.erasing import pattern_of
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing

SWEEPS_IN_FLIGHT_MAX = 2  # each reads tables for a second


def bind(answers: Answers, texts: Replacing, secrets: Resealing) -> None:
    """Bind both to the schema's own."""

    @answers.to(EraseRouterCaller, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def erase(question: EraseRouterCaller, _: Deadline) -> CallerErased:
        pattern, instead = pattern_of(question.number), question.instead.removeprefix("+")
        swept = await texts.step(question.account_id, pattern, instead, question.at)
        return CallerErased(rows=swept.found, at=swept.at)

    @answers.to(ResealRouter, in_flight_max=SWEEPS_IN_FLIGHT_MAX)
    async def reseal(question: ResealRouter, _: Deadline) -> SecretsResealed:
        done = await secrets.step(question.at)
        return SecretsResealed(anew=done.anew, lost=done.lost, at=done.at)
