"""Questions about what calls came to, and who owes what."""

from libs.contracts.adjusting import AdjustCall, AdjustParty, CallAdjustedBy, PartyAdjusted
from libs.contracts.conversions import PostConversion, Posted
from libs.contracts.ledger import (
    AskBalances,
    AskEntries,
    Balances,
    BooksProved,
    LedgerEntries,
    ProveBooks,
)
from libs.contracts.party_money import AskPartyEntries, PartyEntries
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.adjusting import AdjustingDesk
from services.tracking.desk.books import BooksDesk
from services.tracking.desk.converting import ConvertingDesk
from services.tracking.desk.proving import ProvingDesk
from services.tracking.domain.reports import TooMuch

PROOFS_IN_FLIGHT_MAX = 2  # each reads an account's whole books


def bind_books(answers: Answers, adjusting: AdjustingDesk, books: BooksDesk) -> None:
    """Bind what is about the books."""

    @answers.to(AskBalances, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def balances(question: AskBalances, _: Deadline) -> Balances:
        with declining():
            return await books.balances(question)

    @answers.to(AskEntries, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def entries(question: AskEntries, _: Deadline) -> LedgerEntries:
        with declining():
            return await books.entries(question)

    @answers.to(AskPartyEntries, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def party_entries(question: AskPartyEntries, _: Deadline) -> PartyEntries:
        with declining():
            return await books.party_entries(question)

    @answers.to(AdjustCall, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def adjust_call(question: AdjustCall, _: Deadline) -> CallAdjustedBy:
        with declining():
            return await adjusting.adjust_call(question)

    @answers.to(AdjustParty, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def adjust_party(question: AdjustParty, _: Deadline) -> PartyAdjusted:
        with declining():
            return await adjusting.adjust_party(question)


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
