"""Makes the partitions of periods to come, and drops those of periods long gone."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.runtime.database import Database
from services.tracking.domain.filing import Period, expired, wanting
from services.tracking.tables.calls import call, fact
from services.tracking.tables.filing import filing, filing_period
from services.tracking.tables.parties import party_call
from services.tracking.tables.tallies import tally

LOCK_TIMEOUT_MS = 2_000  # facts wait behind us while we wait for the table: then try again later
FORGET_MAX = 5_000  # keys of calls in one round, so that no round holds others up
PARTITIONED: Mapping[str, str] = {
    call.name: "WITH (fillfactor = 70)",  # room on the page: half the updates touch no index
    fact.name: "",
    tally.name: "",
    party_call.name: "",
}
"""The tables that are filed, and how each partition is kept."""

_SCHEMA = filing.schema


class Periods:
    """The periods that calls are filed under.  Many processes may keep them at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make_ahead(self, today: date) -> list[Period]:
        """Make the partitions that are wanting; give the periods that were made."""
        async with self._alone() as connection:
            wanted = wanting(await _known(connection), today)
            for period in wanted:
                for statement in _making(period):
                    await connection.execute(text(statement))
                row = {"begins": period.begins, "ends": period.ends}
                await connection.execute(insert(filing_period).values(row))
        return wanted

    async def forget(self, today: date, kept: timedelta) -> bool:
        """Take a step towards dropping what has been kept long enough; False where none is left.

        The calls' keys go first, in rounds: a fact that comes later than that begins a call anew.
        """
        async with self._alone() as connection:
            old = expired(await _known(connection), today, kept)
            if not old:
                return False
            begins = old[0].begins
            some = select(filing.c.call_id).where(filing.c.filed_on == begins).limit(FORGET_MAX)
            gone = await connection.execute(delete(filing).where(filing.c.call_id.in_(some)))
            if gone.rowcount == 0:
                counted = select(func.coalesce(func.max(tally.c.quarter), func.now())).where(
                    tally.c.filed_on == begins
                )
                await connection.execute(
                    update(filing_period)
                    .where(filing_period.c.begins == begins)
                    .values(counted_until=counted.scalar_subquery())
                )
                for table in PARTITIONED:
                    await connection.execute(text(f"DROP TABLE {_partition(table, begins)}"))
        return True

    def _alone(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction, while nobody else makes or drops periods."""
        return _alone(self._database)


@asynccontextmanager
async def _alone(database: Database) -> Any:
    async with database.transaction() as connection:
        await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('tracking.filing_period'))")
        )
        yield connection


async def _known(connection: AsyncConnection) -> list[Period]:
    there = select(filing_period.c.begins, filing_period.c.ends).where(
        filing_period.c.counted_until.is_(None)
    )
    rows = await connection.execute(there)
    return [Period(*row) for row in rows]


def _making(period: Period) -> Iterator[str]:
    """A partition is made beside its table and then attached, for which nobody has to wait."""
    for table, kept in PARTITIONED.items():
        made = _partition(table, period.begins)
        yield (
            f"CREATE TABLE {made} (LIKE {_SCHEMA}.{table}"
            f" INCLUDING DEFAULTS INCLUDING CONSTRAINTS) {kept}"
        )
        yield (
            f"ALTER TABLE {_SCHEMA}.{table} ATTACH PARTITION {made}"
            f" FOR VALUES FROM ('{period.begins}') TO ('{period.ends}')"
        )


def _partition(table: str, begins: date) -> str:
    return f"{_SCHEMA}.{table}_{begins:%Y_%m}"
