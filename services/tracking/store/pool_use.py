"""How far a pool's numbers are used: counted when somebody asks."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Text, cast, func, select

from libs.contracts.ids import AccountId, PoolId
from libs.contracts.pool_use import PoolUse
from libs.contracts.visits import Showing
from libs.runtime.database import Database
from services.tracking.tables.dni import tracking_tag
from services.tracking.tables.numbers import line, pool
from services.tracking.tables.visits import visit

LATELY = timedelta(hours=1)  # visits of a longer time would take long to count
_UNSERVED = (Showing.SHARED, Showing.PAGE)


class PoolUses:
    """The pools of all accounts, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, account_id: AccountId, pool_id: PoolId) -> PoolUse | None:
        """A pool that is in use, as it stands; None where there is none."""
        known = select(pool.c.id).where(
            pool.c.account_id == account_id, pool.c.id == pool_id, ~pool.c.retired
        )
        async with self._database.transaction() as connection:
            if (await connection.execute(known)).one_or_none() is None:
                return None
            numbers = (await connection.execute(_lines(account_id, pool_id))).one()
            visits = (await connection.execute(_visits(account_id, pool_id))).one()
        return PoolUse(
            numbers=numbers.all,
            held=numbers.held,
            resting=numbers.all - numbers.held - numbers.free,
            free=numbers.free,
            free_at=None if numbers.free else numbers.free_at,
            visits=visits.all,
            unserved=visits.unserved,
        )


def _lines(account_id: AccountId, pool_id: PoolId) -> Any:
    return select(
        func.count().label("all"),
        func.count().filter(line.c.until > func.now()).label("held"),
        func.count().filter(line.c.free_at <= func.now()).label("free"),
        func.min(line.c.free_at).label("free_at"),
    ).where(line.c.account_id == account_id, line.c.pool_id == pool_id)


def _visits(account_id: AccountId, pool_id: PoolId) -> Any:
    lenders = select(tracking_tag.c.id).where(
        tracking_tag.c.account_id == account_id,
        tracking_tag.c.document["pool_id"].astext == cast(str(pool_id), Text),
    )
    return select(
        func.count().label("all"),
        func.count().filter(visit.c.showing.in_(_UNSERVED)).label("unserved"),
    ).where(
        visit.c.account_id == account_id,
        visit.c.began_at > func.now() - LATELY,
        visit.c.tag_id.in_(lenders),
    )
