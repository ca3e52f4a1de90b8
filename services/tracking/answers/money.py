"""Questions about what calls came to, and who owes what."""

from libs.contracts.conversions import PostConversion, Posted
from libs.contracts.ledger import BooksProved, ProveBooks
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.converting import ConvertingDesk
from services.tracking.desk.proving import ProvingDesk
from services.tracking.domain.reports import TooMuch

PROOFS_IN_FLIGHT_MAX = 2  # each reads an account's whole books


def bind(answers: Answers, converting: ConvertingDesk, proving: ProvingDesk) -> None:
    """Bind them to their desks."""

    @answers.to(PostConversion, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def post(question: PostConversion, _: Deadline) -> Posted:
        with declining():
            await converting.post(
                question.account_id, question.call_id, question.amount, question.actor.name
            )
        return Posted(call_id=question.call_id)

    @answers.to(ProveBooks, in_flight_max=PROOFS_IN_FLIGHT_MAX)
    async def prove(question: ProveBooks, _: Deadline) -> BooksProved:
        try:
            return await proving.prove(question.account_id)
        except TooMuch as no:
            text = (
                "these books are too long to be proved while you wait: the nightly proof has them"
            )
            raise Declined("too_much", text) from no
