"""Questions about reconciliations."""

from libs.contracts.reconciling import (
    GetReconciliation,
    ListReconciliations,
    ReconcileCalls,
    ReconciliationDetail,
    Reconciliations,
    Started,
)
from libs.runtime.answers import Answers, Declined
from libs.runtime.deadline import Deadline
from services.tracking.answers.keeping import EDITS_IN_FLIGHT_MAX, LOOKS_IN_FLIGHT_MAX
from services.tracking.answers.refusing import declining
from services.tracking.desk.reconciling import Busy, ReconcilingDesk


def bind(answers: Answers, desk: ReconcilingDesk) -> None:
    """Bind them to one desk."""

    @answers.to(ReconcileCalls, in_flight_max=EDITS_IN_FLIGHT_MAX)
    async def reconcile(question: ReconcileCalls, _: Deadline) -> Started:
        try:
            return await desk.reconcile(question)
        except Busy as no:
            raise Declined("busy", "others are being reconciled: ask again in a minute") from no

    @answers.to(ListReconciliations, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def latest(question: ListReconciliations, _: Deadline) -> Reconciliations:
        return await desk.latest(question)

    @answers.to(GetReconciliation, in_flight_max=LOOKS_IN_FLIGHT_MAX)
    async def one(question: GetReconciliation, _: Deadline) -> ReconciliationDetail:
        with declining():
            return await desk.one(question)
