"""Questions about how long recordings are kept."""

from libs.contracts.editing import Saved
from libs.contracts.recordings import SaveRecordingRule
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.recordings import RecordingsDesk


def bind(answers: Answers, desk: RecordingsDesk) -> None:
    """Bind them to one desk."""

    @answers.to(SaveRecordingRule, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SaveRecordingRule, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)
