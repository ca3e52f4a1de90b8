"""The looking desk: visits, and pools' use by them, as people see them."""

from libs.contracts.pool_use import AskPoolUse, PoolUse
from libs.contracts.visits import GetVisit, ListVisits, Visit, VisitDetail, Visits
from services.tracking.domain.fitting import fitting
from services.tracking.domain.unfit import Missing
from services.tracking.store.pool_use import PoolUses
from services.tracking.store.visits import Visits as Store


class LookingDesk:
    """Lists visits, shows one with its calls and its visitor's history, and how pools are used."""

    def __init__(self, visits: Store, pools: PoolUses) -> None:
        self._visits = visits
        self._pools = pools

    async def page(self, question: ListVisits) -> Visits:
        """One page, the newest first."""
        found = await self._visits.page(question, question.limit + 1)
        shown = found[: min(fitting(found), question.limit)]
        more = len(found) > len(shown)
        return Visits(visits=tuple(shown), cursor=_place(shown[-1]) if more else None)

    async def one(self, question: GetVisit) -> VisitDetail:
        """A visit with what is around it; raise Missing."""
        visit = await self._visits.one(question.account_id, question.visit_id)
        if visit is None:
            raise Missing
        history = await self._visits.history(question.account_id, visit.visitor)
        first, last = await self._visits.touches(question.account_id, visit)
        return VisitDetail(
            visit=visit,
            calls=tuple(await self._visits.calls_of(question.account_id, visit.visit_id)),
            history=tuple(history[: fitting(history)]),
            first=first,
            last=last,
        )

    async def pool_use(self, question: AskPoolUse) -> PoolUse:
        """How far a pool's numbers are used; raise Missing."""
        use = await self._pools.of(question.account_id, question.pool_id)
        if use is None:
            raise Missing
        return use


def _place(visit: Visit) -> str:
    return f"{visit.began_at.isoformat()}/{visit.visit_id}"
