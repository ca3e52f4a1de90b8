"""Counters of what flows' nodes name themselves: begun before the first call is held there."""

from datetime import datetime

from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.router.domain.plan import Plan
from services.router.store.counting import begin_counting, countings_of


class FlowCounters:
    """Numbers and entries of a node's plan are in no table of the router's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._begun: set[str] = set()

    async def begin(self, account_id: AccountId, plan: Plan, now: datetime) -> None:
        """Make the counters that the plan needs and that no edit has made; once for each plan."""
        if plan.digest in self._begun:
            return
        documents = [one.target for one in plan.candidates if one.target is not None]
        async with self._database.transaction() as connection:
            for document in (plan.campaign, *documents):
                for counting in countings_of(document, ()):
                    await begin_counting(connection, account_id, counting, now)
        self._begun.add(plan.digest)
