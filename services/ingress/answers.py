"""What the ingress answers on NATS: questions that only the carrier can settle."""

from libs.contracts.carrier import AskLegState, LegState
from libs.contracts.carrier_calls import ListCarrierCalls, ListCarriers, SayAgain
from libs.contracts.carrier_numbers import (
    BuyCarrierNumber,
    FindCarrierNumbers,
    ListCarrierNumbers,
    ReleaseCarrierNumber,
    SetUpCarrierNumber,
)
from libs.contracts.controlling import Controlled, ControlLine
from libs.contracts.message import Question
from libs.contracts.phone import WITHHELD
from libs.contracts.quality import SummarizeCall
from libs.contracts.recordings import DeleteRecording, OpenRecording
from libs.contracts.rendering import Rendered, RenderTurns
from libs.contracts.transcribing import TranscribeRecording
from libs.runtime.answers import Answers, Handler
from libs.runtime.deadline import Deadline
from services.ingress.carrier.calls import CarrierCallList
from services.ingress.carrier.legs import CarrierApi
from services.ingress.carrier.numbers import CarrierNumbers
from services.ingress.carrier.recordings import CarrierRecordings, Deletions
from services.ingress.carrier.summaries import Summaries
from services.ingress.carrier.transcripts import Transcripts
from services.ingress.controlling import Controlling
from services.ingress.domain.callbacks import Leg
from services.ingress.twiml import Scene, render

LOOKS_IN_FLIGHT_MAX = 10  # people who look at simulations
CONTROLS_IN_FLIGHT_MAX = 50  # people, who wait for the carrier
CALLS_IN_FLIGHT_MAX = 10  # nobody waits for a reconciliation
LEG_STATES_IN_FLIGHT_MAX = 200  # they wait for the carrier's own limit
NUMBERS_IN_FLIGHT_MAX = 50  # likewise; more are told to come again


def bind(answers: Answers, carrier: CarrierApi) -> None:
    """Bind the questions to the carrier's REST API."""

    @answers.to(AskLegState, in_flight_max=LEG_STATES_IN_FLIGHT_MAX)
    async def leg_state(question: AskLegState, deadline: Deadline) -> LegState:
        return await carrier.leg_state(question, deadline)


def bind_controlling(answers: Answers, controlling: Controlling) -> None:
    """Bind the question that does something to a live line."""

    @answers.to(ControlLine, in_flight_max=CONTROLS_IN_FLIGHT_MAX)
    async def control(question: ControlLine, deadline: Deadline) -> Controlled:
        return await controlling.control(question, deadline)


def bind_rendering(answers: Answers, base_url: str) -> None:
    """Bind the question of what the carrier would be told."""

    @answers.to(RenderTurns, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def rendered(question: RenderTurns, _: Deadline) -> Rendered:
        legs = (
            Leg(question.call_id, step, question.account_id, in_flow=True)
            for step in range(len(question.turns))
        )
        scenes = (Scene(base_url, WITHHELD, "", leg) for leg in legs)
        documents = zip(question.turns, scenes, strict=True)
        return Rendered(documents=tuple(render(*one).decode() for one in documents))


def bind_numbers(answers: Answers, numbers: CarrierNumbers) -> None:
    """Bind the questions about phone numbers."""
    handlers: dict[type[Question], Handler] = {
        FindCarrierNumbers: numbers.find,
        BuyCarrierNumber: numbers.buy,
        SetUpCarrierNumber: numbers.set_up,
        ReleaseCarrierNumber: numbers.release,
        ListCarrierNumbers: numbers.listed,
    }
    for question, handler in handlers.items():
        answers.to(question, in_flight_max=NUMBERS_IN_FLIGHT_MAX)(handler)


def bind_calls(answers: Answers, calls: CarrierCallList) -> None:
    """Bind the questions about the carrier's own list of calls."""
    handlers: dict[type[Question], Handler] = {
        ListCarriers: calls.carriers,
        ListCarrierCalls: calls.page,
        SayAgain: calls.say_again,
    }
    for question, handler in handlers.items():
        answers.to(question, in_flight_max=CALLS_IN_FLIGHT_MAX)(handler)


def bind_recordings(answers: Answers, recordings: CarrierRecordings) -> None:
    """Bind the question of who wants to hear a recording."""
    answers.to(OpenRecording, in_flight_max=LOOKS_IN_FLIGHT_MAX)(recordings.open)


def bind_archive(answers: Answers, deletions: Deletions, transcripts: Transcripts) -> None:
    """Bind the questions that end a recording, and have it written down."""
    answers.to(DeleteRecording, in_flight_max=CALLS_IN_FLIGHT_MAX)(deletions.delete)
    answers.to(TranscribeRecording, in_flight_max=CALLS_IN_FLIGHT_MAX)(transcripts.transcribe)


def bind_summaries(answers: Answers, summaries: Summaries) -> None:
    """Bind the question of how a call sounded."""
    answers.to(SummarizeCall, in_flight_max=CALLS_IN_FLIGHT_MAX)(summaries.summarize)
