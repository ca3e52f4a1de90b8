"""Visits that hold no number of their own: they see a static one, a shared one, or the page's."""

from datetime import timedelta

from sqlalchemy import func, select, update

from libs.contracts.ids import VisitId
from libs.contracts.visits import Showing
from libs.runtime.database import Database
from services.tracking.store.lease_statements import BEGIN, COUNT
from services.tracking.store.leasing import Wish, arrays_of, begun_row, rate_key
from services.tracking.tables.visits import visit


class Staying:
    """Begins visits, or lets them go on."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stay(self, wish: Wish, showing: Showing, number: str | None) -> VisitId | None:
        """The visit that goes on, unless it is over or something new has brought her.

        None where too many new ones came from one household in this minute: it is not kept.
        """
        same = [
            visit.c.account_id == wish.account_id,
            visit.c.visitor == wish.arrival.visitor,
            visit.c.tag_id == wish.tag.id,
            visit.c.showing == showing.value,
            visit.c.until > func.now(),
        ]
        if wish.arrival.source:
            same.append(visit.c.source == wish.arrival.source)
        latest = select(visit.c.id).where(*same).order_by(visit.c.began_at.desc()).limit(1)
        statement = (
            update(visit)
            .where(visit.c.account_id == wish.account_id, visit.c.id == latest.scalar_subquery())
            .values(
                seen_at=func.now(),
                until=func.now() + timedelta(seconds=wish.tag.idle_seconds),
                pages=visit.c.pages + 1,
                page=wish.arrival.page,
            )
            .returning(visit.c.id)
        )
        async with self._database.transaction() as connection:
            found: VisitId | None = (await connection.execute(statement)).scalar()
            now = (await connection.execute(select(func.now()))).scalar_one()
        if found is not None:
            return found
        row = {**begun_row(wish, None, now, showing), "number": number}
        async with self._database.hot() as hot:
            ((_, count),) = await COUNT.run(hot, key=[rate_key(wish)], count=[1])
            if count > wish.tag.leases_per_minute:
                return None
            await BEGIN.run(hot, **arrays_of([row]))
        return wish.visit_id
