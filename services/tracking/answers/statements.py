"""Questions about disputes, statements and closed times."""

from libs.contracts.disputes import AskDisputes, DecideDispute, Dispute, Disputes, OpenDispute
from libs.contracts.party_money import (
    AskPartyDisputes,
    OpenPartyDispute,
    PartyDispute,
    PartyDisputes,
)
from libs.contracts.statements import AskClosings, AskStatement, CloseBooks, Closings, Statement
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.disputing import DisputingDesk
from services.tracking.desk.stating import StatingDesk


def bind_for_parties(answers: Answers, disputing: DisputingDesk) -> None:
    """Bind what a buyer asks and does itself."""

    @answers.to(OpenPartyDispute, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def open_party_dispute(question: OpenPartyDispute, _: Deadline) -> PartyDispute:
        with declining():
            return await disputing.open_for_party(question)

    @answers.to(AskPartyDisputes, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def party_disputes(question: AskPartyDisputes, _: Deadline) -> PartyDisputes:
        return await disputing.party_page(question)


def bind(answers: Answers, disputing: DisputingDesk, stating: StatingDesk) -> None:
    """Bind them to their desks."""

    @answers.to(OpenDispute, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def open_dispute(question: OpenDispute, _: Deadline) -> Dispute:
        with declining():
            return await disputing.open(question)

    @answers.to(DecideDispute, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def decide(question: DecideDispute, _: Deadline) -> Dispute:
        with declining():
            return await disputing.decide(question)

    @answers.to(AskDisputes, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def disputes(question: AskDisputes, _: Deadline) -> Disputes:
        return await disputing.page(question)

    @answers.to(AskStatement, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def state(question: AskStatement, _: Deadline) -> Statement:
        with declining():
            return await stating.state(question)

    @answers.to(CloseBooks, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def close(question: CloseBooks, _: Deadline) -> Closings:
        with declining():
            return await stating.close(question)

    @answers.to(AskClosings, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def closings(question: AskClosings, _: Deadline) -> Closings:
        return await stating.closings(question.account_id)
