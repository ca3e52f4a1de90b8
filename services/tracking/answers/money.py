"""Questions about what calls came to, and who owes what."""

from libs.contracts.conversions import PostConversion, Posted
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.converting import ConvertingDesk


def bind(answers: Answers, converting: ConvertingDesk) -> None:
    """Bind them to their desks."""

    @answers.to(PostConversion, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def post(question: PostConversion, _: Deadline) -> Posted:
        with declining():
            await converting.post(
                question.account_id, question.call_id, question.amount, question.actor.name
            )
        return Posted(call_id=question.call_id)
