"""The looking desk: visits as people see them."""

from libs.contracts.visits import GetVisit, ListVisits, Visit, VisitDetail, Visits
from services.tracking.domain.fitting import fitting
from services.tracking.domain.unfit import Missing
from services.tracking.store.visits import Visits as Store


class LookingDesk:
    """Lists visits, and shows one with its calls and its visitor's history."""

    def __init__(self, visits: Store) -> None:
        self._visits = visits

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


def _place(visit: Visit) -> str:
    return f"{visit.began_at.isoformat()}/{visit.visit_id}"
