"""What accounts have configured: listing, finding, catching up, and the door to edits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Text, cast, func, literal, select, union_all

from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.router import tables
from services.router.store.edit import Edit
from services.router.store.kept import Kept
from services.router.store.uses import TABLES, key_of

CATCH_UP_MAX = 5_000  # rows read at once; a router that starts reads several times


class Configuration:
    """The kept configuration of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def editing(self, account_id: AccountId) -> AsyncIterator[Edit]:
        """The transaction of one edit; the next edit waits until this is committed."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(tables.EDIT_LOCK)))
            yield Edit(connection, account_id)

    async def page(
        self, account_id: AccountId, noun: Noun, after: str | None, limit: int
    ) -> list[Kept]:
        """Things of one kind in the order of their ids."""
        table = TABLES[noun]
        statement = (
            select(cast(table.c.id, Text), table.c.version, table.c.retired, table.c.document)
            .where(table.c.account_id == account_id, ~table.c.retired)
            .order_by(table.c.id)
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(table.c.id > key_of(noun, after))
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(noun, account_id, *row) for row in rows]

    async def newest(self, account_id: AccountId) -> int:
        """The newest version of anything of an account; 0 where it has nothing."""
        parts = [
            select(func.max(table.c.version).label("version")).where(
                table.c.account_id == account_id
            )
            for table in TABLES.values()
        ]
        every = union_all(*parts).subquery()
        async with self._database.transaction() as connection:
            newest: int | None = await connection.scalar(select(func.max(every.c.version)))
        return newest or 0

    async def by_rtb_id(self, account_id: AccountId, rtb_id: str) -> Kept | None:
        """The campaign that publishers know by this id."""
        table = tables.campaign
        statement = select(cast(table.c.id, Text), table.c.version, table.c.document).where(
            table.c.account_id == account_id, table.c.rtb_id == rtb_id, ~table.c.retired
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Kept(Noun.CAMPAIGN, account_id, row[0], row[1], retired=False, document=row[2])

    async def changes_since(self, version: int) -> list[Kept]:
        """What changed after a version, of all accounts, in order; retired things too."""
        parts = [
            select(
                literal(noun.value).label("noun"),
                table.c.account_id,
                cast(table.c.id, Text).label("key"),
                table.c.version,
                table.c.retired,
                table.c.document,
            ).where(table.c.version > version)
            for noun, table in TABLES.items()
        ]
        every = union_all(*parts).subquery()
        statement = select(every).order_by(every.c.version).limit(CATCH_UP_MAX)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [Kept(Noun(row[0]), *row[1:]) for row in rows]
