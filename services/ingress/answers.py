"""What the ingress answers on NATS: questions that only the carrier can settle."""

from libs.contracts.carrier import AskLegState, LegState
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.ingress.carrier import CarrierApi

LEG_STATES_IN_FLIGHT_MAX = 200  # they wait for the carrier's own limit


def bind(answers: Answers, carrier: CarrierApi) -> None:
    """Bind the questions to the carrier's REST API."""

    @answers.to(AskLegState, in_flight_max=LEG_STATES_IN_FLIGHT_MAX)
    async def leg_state(question: AskLegState, deadline: Deadline) -> LegState:
        return await carrier.leg_state(question, deadline)
