"""Questions about inbound postbacks."""

from libs.contracts.editing import Saved
from libs.contracts.postbacks import (
    AskPostbackAddress,
    ListPostbacks,
    PostbackAddress,
    Postbacks,
    SavePostbackKey,
)
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.postbacks import PostbacksDesk


def bind(answers: Answers, desk: PostbacksDesk) -> None:
    """Bind them to one desk."""

    @answers.to(SavePostbackKey, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SavePostbackKey, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)

    @answers.to(AskPostbackAddress, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def address(question: AskPostbackAddress, _: Deadline) -> PostbackAddress:
        with declining():
            return await desk.address(question)

    @answers.to(ListPostbacks, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListPostbacks, _: Deadline) -> Postbacks:
        with declining():
            return await desk.page(question)
