"""Whose visit a call is: what a decision asks of `tracking` before anything else."""

import logging

from libs.contracts.routing import AdmitCall
from libs.contracts.visits import Attribution, Confidence, Ground, VisitOf
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline
from services.router.memory import Found

VISIT_MS = 60  # what a caller may wait for it; without an answer the call goes on
CLAIM_RESERVE_MS = 300  # left for taking the place here, and the way back
UNANSWERED = Attribution(ground=Ground.UNANSWERED, confidence=Confidence.UNKNOWN)

log = logging.getLogger(__name__)


class VisitLookup:
    """Asks `tracking`; whatever becomes of that, the call goes on, and the record says so."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def of(self, found: Found, question: AdmitCall, deadline: Deadline) -> Attribution | None:
        """Whose visit the call is; None where its number is shown by no website."""
        number = found.number
        if number is None or (number.pool_id is None and not number.tags):
            return None
        within_ms = min(VISIT_MS, deadline.less(CLAIM_RESERVE_MS).remaining_ms)
        visit_of = VisitOf.model_construct(
            account_id=found.account_id, call_id=question.call_id, dialled=question.dialled
        )
        try:
            visit: Attribution = await self._ask(visit_of, Deadline.within(within_ms))
        except (Unanswered, Refused) as fault:
            log.info("whose visit a call is was not told: %s", fault)
            return UNANSWERED
        return visit
