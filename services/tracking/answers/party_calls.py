"""Questions about calls for one buyer or publisher.  Each: decode, call the desk, reply."""

from libs.contracts.message import Value
from libs.contracts.party_calls import FindPartyRecording, GetPartyCall, ListPartyCalls
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.calls import QUESTIONS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.party_calls import PartyCallsDesk


def bind(answers: Answers, desk: PartyCallsDesk) -> None:
    """Bind the questions to the desk that knows what a party may see."""

    @answers.to(ListPartyCalls, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def list_calls(question: ListPartyCalls, _: Deadline) -> Value:
        with declining():
            return await desk.page(question)

    @answers.to(GetPartyCall, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def get_call(question: GetPartyCall, _: Deadline) -> Value:
        with declining():
            return await desk.one(question)

    @answers.to(FindPartyRecording, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def recording(question: FindPartyRecording, _: Deadline) -> Value:
        with declining():
            return await desk.recording(question)
