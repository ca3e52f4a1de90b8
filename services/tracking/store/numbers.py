"""The copy of what the router knows of pools and numbers, of all accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId, CampaignId, NumberId, PoolId
from libs.contracts.known_numbers import KnownNumber, KnownNumbers, KnownPool
from libs.runtime.database import Database
from services.tracking.tables.numbers import followed, line, number, pool

NUMBERS = "numbers"
FOLLOW_LOCK = 7_301_004  # the advisory lock that makes replicas copy one after the other
_NEVER_LEASED = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A pool, or a number, with the campaign that it serves; a pool has no `number`."""

    campaign_id: CampaignId | None
    campaign_name: str
    number: str = ""
    pool_id: PoolId | None = None


class Numbers:
    """Pools and numbers as the router last told of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def version(self) -> int:
        """Up to which version of the router's words the copy has come."""
        statement = select(followed.c.version).where(followed.c.what == NUMBERS)
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).scalar() or 0

    async def take(self, known: KnownNumbers, version: int | None) -> None:
        """Write down what the router told; `version` once a list is whole."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(FOLLOW_LOCK)))
            await _withdraw(connection, known.withdrawn)
            await _keep_pools(connection, known.pools)
            await _keep_numbers(connection, known.numbers)
            if version is not None:
                statement = upsert(followed).values(what=NUMBERS, version=version)
                newest = func.greatest(followed.c.version, statement.excluded.version)
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["what"], set_={"version": newest}
                    )
                )

    async def pool(self, account_id: AccountId, pool_id: PoolId) -> Place | None:
        """A pool of the account that is in use."""
        statement = select(pool.c.campaign_id, pool.c.campaign_name).where(
            pool.c.account_id == account_id, pool.c.id == pool_id, ~pool.c.retired
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else Place(*row)

    async def number(self, account_id: AccountId, number_id: NumberId) -> Place | None:
        """A number of the account."""
        async with self._database.transaction() as connection:
            row = (
                await connection.execute(
                    _place(number.c.account_id == account_id, number.c.id == number_id)
                )
            ).one_or_none()
        return None if row is None else Place(*row)

    async def leased_until(self, account_id: AccountId, number_id: NumberId) -> datetime | None:
        """Until when a visitor has a number; None where nobody has it now."""
        statement = select(line.c.until).where(
            line.c.account_id == account_id,
            line.c.number_id == number_id,
            line.c.until > func.now(),
        )
        async with self._database.transaction() as connection:
            until: datetime | None = (await connection.execute(statement)).scalar()
        return until

    async def owner_of(self, dialled: str) -> AccountId | None:
        """Whose number it is."""
        statement = select(number.c.account_id).where(
            number.c.number == dialled, ~number.c.withdrawn
        )
        async with self._database.transaction() as connection:
            found: AccountId | None = (await connection.execute(statement)).scalar()
        return found


def _place(*which: ColumnElement[bool]) -> Any:
    return select(
        number.c.campaign_id, number.c.campaign_name, number.c.number, number.c.pool_id
    ).where(*which, ~number.c.withdrawn)


async def _withdraw(connection: AsyncConnection, numbers: Sequence[str]) -> None:
    """Numbers that are nobody's any more: nobody new gets them."""
    if not numbers:
        return
    gone = number.c.number.in_(numbers) & ~number.c.withdrawn
    ids = select(number.c.id).where(gone)
    await connection.execute(
        update(line).where(line.c.number_id.in_(ids)).values(pool_id=None, visitor=None)
    )
    await connection.execute(update(number).where(gone).values(withdrawn=True, pool_id=None))


async def _keep_pools(connection: AsyncConnection, pools: Sequence[KnownPool]) -> None:
    if not pools:
        return
    rows = [
        {
            "account_id": one.account_id,
            "id": one.pool_id,
            "campaign_id": one.campaign_id,
            "campaign_name": one.campaign_name,
            "retired": one.retired,
        }
        for one in pools
    ]
    statement = upsert(pool).values(rows)
    told = {name: statement.excluded[name] for name in ("campaign_id", "campaign_name", "retired")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "id"], set_=told)
    )


async def _keep_numbers(connection: AsyncConnection, numbers: Sequence[KnownNumber]) -> None:
    if not numbers:
        return
    await _let_go(connection, numbers)
    rows = [
        {
            "account_id": one.account_id,
            "id": one.number_id,
            "number": one.number,
            "pool_id": one.pool_id,
            "campaign_id": one.campaign_id,
            "campaign_name": one.campaign_name,
            "withdrawn": False,
        }
        for one in numbers
    ]
    statement = upsert(number).values(rows)
    told = {
        name: statement.excluded[name]
        for name in ("number", "pool_id", "campaign_id", "campaign_name", "withdrawn")
    }
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "id"], set_=told)
    )
    await _place_lines(connection, numbers)


async def _let_go(connection: AsyncConnection, numbers: Sequence[KnownNumber]) -> None:
    """A number that another thing has now was that of an older one."""
    ids = [one.number_id for one in numbers]
    texts = [one.number for one in numbers]
    await connection.execute(
        update(number)
        .where(number.c.number.in_(texts), number.c.id.not_in(ids), ~number.c.withdrawn)
        .values(withdrawn=True, pool_id=None)
    )


async def _place_lines(connection: AsyncConnection, numbers: Sequence[KnownNumber]) -> None:
    """Each number of a pool has a line; one that has left it keeps its lease to the end."""
    pooled = [
        {
            "account_id": one.account_id,
            "number_id": one.number_id,
            "number": one.number,
            "pool_id": one.pool_id,
            "free_at": _NEVER_LEASED,
        }
        for one in sorted(numbers, key=lambda one: one.number_id)
        if one.pool_id is not None
    ]
    if pooled:
        statement = upsert(line).values(pooled)
        moved = line.c.pool_id.is_distinct_from(statement.excluded.pool_id)
        told = {
            "pool_id": statement.excluded.pool_id,
            "number": statement.excluded.number,
            "visitor": case((moved, null()), else_=line.c.visitor),
        }
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["account_id", "number_id"], set_=told)
        )
    left = [one.number_id for one in numbers if one.pool_id is None]
    if left:
        await connection.execute(
            update(line)
            .where(line.c.number_id.in_(left), line.c.pool_id.is_not(None))
            .values(pool_id=literal(None, line.c.pool_id.type), visitor=None)
        )
