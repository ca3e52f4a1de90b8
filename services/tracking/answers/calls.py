"""Questions about calls.  Each question: decode, call the desk, reply."""

from libs.contracts.annotating import AnnotateCalls, CallsAnnotated
from libs.contracts.message import Value
from libs.contracts.recordings import FindRecording, RecordingFound
from libs.contracts.tracking import CallDetail, GetCall, ListCalls, ListLiveCalls
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.annotating import AnnotatingDesk
from services.tracking.desk.attributing import AttributingDesk
from services.tracking.desk.calls import Desk
from services.tracking.domain.reports import TooMuch, unknown_filters

QUESTIONS_IN_FLIGHT_MAX = 32  # of each kind; more would only wait for a database connection


def bind_edits(answers: Answers, annotating: AnnotatingDesk) -> None:
    """Bind what is added to calls afterwards."""

    @answers.to(AnnotateCalls, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def annotate(question: AnnotateCalls, _: Deadline) -> CallsAnnotated:
        with declining():
            return await annotating.annotate(question)


def bind(answers: Answers, desk: Desk, attributing: AttributingDesk) -> None:
    """Bind the questions to the desk that knows calls, and the one that knows what brought them."""

    @answers.to(ListCalls, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def list_calls(question: ListCalls, _: Deadline) -> Value:
        if unknown := unknown_filters(question.where):
            fields = [(f"where.{at}.dimension", text) for at, text in unknown]
            raise Declined("malformed", "calls cannot be filtered by this", fields)
        with declining():
            try:
                return await desk.list_calls(question)
            except TooMuch as fault:
                text = "looking for such calls takes too long: narrow the time"
                raise Declined("too_much", text, [("since", text)]) from fault

    @answers.to(ListLiveCalls, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def live_calls(question: ListLiveCalls, _: Deadline) -> Value:
        with declining():
            return await desk.live_calls(question)

    @answers.to(GetCall, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def get_call(question: GetCall, _: Deadline) -> CallDetail:
        detail = await desk.call(question)
        if detail is None:
            raise Declined("not_found", "the account has no such call")
        found = await attributing.of_call(question.account_id, question.call_id)
        return detail.model_copy(update={"attribution": found})

    @answers.to(FindRecording, in_flight_max=QUESTIONS_IN_FLIGHT_MAX)
    async def recording(question: FindRecording, _: Deadline) -> RecordingFound:
        with declining():
            return await desk.recording(question)
