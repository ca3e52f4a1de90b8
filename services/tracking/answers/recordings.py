"""Questions about how long recordings are kept, and who wants to read them."""

from libs.contracts.editing import Saved
from libs.contracts.recordings import SaveRecordingRule
from libs.contracts.transcribing import TranscribeCalls, Transcribing
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.recordings import RecordingsDesk
from services.tracking.desk.transcribing import TranscribingDesk


def bind(answers: Answers, desk: RecordingsDesk, transcribing: TranscribingDesk) -> None:
    """Bind them to their desks."""

    @answers.to(SaveRecordingRule, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SaveRecordingRule, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)

    @answers.to(TranscribeCalls, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def transcribe(question: TranscribeCalls, _: Deadline) -> Transcribing:
        with declining():
            return await transcribing.transcribe(question)
