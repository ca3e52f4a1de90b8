"""Reading every call with all that was heard of it, to fold it anew."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import bindparam

from libs.contracts.ids import CallId
from libs.runtime.database import Database, Statement
from services.tracking.tables.calls import call, fact
from services.tracking.tables.filing import filing, filing_period
from services.tracking.tables.tallies import tally

FIRST = CallId(UUID(int=0))

_HEARD = Statement(
    select(fact.c.call_id, fact.c.subject, cast(fact.c.payload, Text)).where(
        fact.c.call_id == func.any(bindparam("ids", type_=ARRAY(fact.c.call_id.type))),
        fact.c.filed_on == func.any(bindparam("periods", type_=ARRAY(fact.c.filed_on.type))),
    ),
    "archive.heard",
)
_UNREAD = Statement(
    select(call.c.call_id).where(
        call.c.call_id == func.any(bindparam("ids", type_=ARRAY(call.c.call_id.type))),
        call.c.filed_on == func.any(bindparam("periods", type_=ARRAY(call.c.filed_on.type))),
        call.c.status.is_(None),
    ),
    "archive.unread",
)
_COUNTED = Statement(
    select(*tally.columns)
    .where(
        tally.c.call_id == func.any(bindparam("ids", type_=ARRAY(tally.c.call_id.type))),
        tally.c.filed_on == func.any(bindparam("periods", type_=ARRAY(tally.c.filed_on.type))),
    )
    .order_by(tally.c.call_id, tally.c.line),
    "archive.counted",
)


class Archive:
    """Everything that was kept, of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def periods(self) -> list[date]:
        """The periods whose calls are there."""
        there = filing_period.c.counted_until.is_(None)
        statement = select(filing_period.c.begins).where(there).order_by(filing_period.c.begins)
        async with self._database.transaction() as connection:
            return list((await connection.execute(statement)).scalars())

    async def calls(self, period: date, after: CallId, limit: int) -> list[CallId]:
        """The period's next calls."""
        statement = (
            select(filing.c.call_id)
            .where(filing.c.filed_on == period, filing.c.call_id > literal(after))
            .order_by(filing.c.call_id)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            return list((await connection.execute(statement)).scalars())


async def heard(
    connection: AsyncConnection[Any], call_ids: Sequence[CallId], periods: Sequence[date]
) -> list[tuple[CallId, str, str]]:
    """All that was heard of these calls: call, subject, and the very text."""
    return await _HEARD.run(connection, ids=list(call_ids), periods=list(periods))


async def counted(
    connection: AsyncConnection[Any], call_ids: Sequence[CallId], periods: Sequence[date]
) -> list[dict[str, Any]]:
    """The lines of these calls, what is nothing left out."""
    names = [str(each.name) for each in tally.columns]
    rows = await _COUNTED.run(connection, ids=list(call_ids), periods=list(periods))
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in rows
    ]


async def unread(
    connection: AsyncConnection[Any], call_ids: Sequence[CallId], periods: Sequence[date]
) -> set[CallId]:
    """Which of these were last saved before calls had a status to be found by."""
    rows = await _UNREAD.run(connection, ids=list(call_ids), periods=list(periods))
    return {row[0] for row in rows}
