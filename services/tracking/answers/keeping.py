"""Questions of those who configure what tracking keeps."""

from libs.contracts.editing import Got, Page, Saved
from libs.contracts.payout_caps import AskPayoutCaps, PayoutCapsUsed
from libs.contracts.publishers import AskPublishers, KnownPublishers, SavePublisher
from libs.contracts.tracking_edits import GetTracking, ListTracking, RetireTracking
from libs.runtime.answers import Answers
from libs.runtime.deadline import Deadline
from services.tracking.answers.refusing import declining
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.payout_caps import PayoutCapsDesk
from services.tracking.desk.publishers import PublishersDesk

EDITS_IN_FLIGHT_MAX = 50  # edits are done one at a time anyway
LOOKS_IN_FLIGHT_MAX = 50  # lists never crowd out calls


def bind(answers: Answers, desk: KeepingDesk) -> None:
    """Bind what all kinds share."""

    @answers.to(RetireTracking, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def retire(question: RetireTracking, _: Deadline) -> Saved:
        with declining():
            return await desk.retire(question)

    @answers.to(GetTracking, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def get(question: GetTracking, _: Deadline) -> Got:
        with declining():
            return await desk.get(question)

    @answers.to(ListTracking, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def page(question: ListTracking, _: Deadline) -> Page:
        return await desk.page(question)


def bind_publishers(answers: Answers, desk: PublishersDesk, caps: PayoutCapsDesk) -> None:
    """Bind what is about publishers alone."""

    @answers.to(SavePublisher, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def save(question: SavePublisher, _: Deadline) -> Saved:
        with declining("document."):
            return await desk.save(question)

    @answers.to(AskPublishers, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def publishers(question: AskPublishers, _: Deadline) -> KnownPublishers:
        return await desk.known(question)

    @answers.to(AskPayoutCaps, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def used(question: AskPayoutCaps, _: Deadline) -> PayoutCapsUsed:
        with declining():
            return await caps.used(question)
