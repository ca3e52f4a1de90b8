"""Questions about tags for publishers' own people."""

from libs.contracts.message import Value
from libs.contracts.party_tags import AskPartySnippet, ListPartyTags, MakePartyTag, SetPartyTag
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.party_tags import PartyTagsDesk


def bind(answers: Answers, desk: PartyTagsDesk) -> None:
    """Bind them to their desk."""

    @answers.to(ListPartyTags, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListPartyTags, _: Deadline) -> Value:
        with declining():
            return await desk.page(question)

    @answers.to(MakePartyTag, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def make(question: MakePartyTag, _: Deadline) -> Value:
        with declining():
            return await desk.make(question)

    @answers.to(SetPartyTag, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def set_tag(question: SetPartyTag, _: Deadline) -> Value:
        with declining():
            return await desk.set(question)

    @answers.to(AskPartySnippet, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def snippet(question: AskPartySnippet, _: Deadline) -> Value:
        with declining():
            return await desk.snippet(question)
