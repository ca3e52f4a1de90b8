"""The question that does something to a live call."""

from libs.contracts.controlling import ControlCall, Controlled
from libs.runtime.answers import Answers, Declined
from libs.runtime.ask import Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.controlling import ControllingDesk


def bind(answers: Answers, desk: ControllingDesk) -> None:
    """Bind it to one desk; what the carrier refuses is refused in its words."""

    @answers.to(ControlCall, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def control(question: ControlCall, deadline: Deadline) -> Controlled:
        try:
            with declining():
                return await desk.control(question, deadline)
        except Refused as no:
            raise Declined(no.code, no.refusal.text) from no
        except Unanswered as fault:
            text = "the carrier does not answer: the call's timeline will say whether it was done"
            raise Declined("unavailable", text) from fault
