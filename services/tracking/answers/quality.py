"""The question of whether an account wants to know how its calls sounded."""

from libs.contracts.editing import Saved
from libs.contracts.quality import SaveQualityRule
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.quality import QualityDesk


def bind(answers: Answers, desk: QualityDesk) -> None:
    """Bind it to its desk."""

    @answers.to(SaveQualityRule, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SaveQualityRule, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)
