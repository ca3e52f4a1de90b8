"""What accounts have configured: listing, finding, catching up, and the door to edits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    cast,
    false,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from libs.contracts.editing import Noun, Order
from libs.contracts.ids import AccountId
from libs.contracts.number_setup import Availability
from libs.runtime.database import Database
from services.router import tables
from services.router.store.edit import Edit
from services.router.store.kept import Kept
from services.router.store.uses import TABLES, key_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a kind, and in which order."""

    order: Order = Order.ID
    contains: str = ""
    status: str = ""


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
        self,
        account_id: AccountId,
        noun: Noun,
        after: str | None,
        limit: int,
        wanted: Wanted = Wanted(),
    ) -> list[Kept]:
        """Things of one kind, in the order wanted; `after` is the place of the last one seen."""
        table = TABLES[noun]
        statement = (
            select(cast(table.c.id, Text), table.c.version, table.c.retired, table.c.document)
            .where(table.c.account_id == account_id, ~table.c.retired, *_chosen(table, wanted))
            .order_by(*_sorted(table, wanted.order))
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(_later(table, noun, after, wanted.order))
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(noun, account_id, *row) for row in rows]

    async def names(
        self, account_id: AccountId, things: Sequence[tuple[Noun, str]]
    ) -> dict[tuple[Noun, str], str]:
        """What these things are called."""
        found: dict[tuple[Noun, str], str] = {}
        async with self._database.transaction() as connection:
            for noun in {noun for noun, _ in things}:
                table = TABLES[noun]
                keys = {UUID(key) for each, key in things if each is noun}
                statement = select(cast(table.c.id, Text), table.c.document["name"].astext).where(
                    table.c.account_id == account_id, table.c.id.in_(keys)
                )
                rows = await connection.execute(statement)
                found |= {(noun, key): name for key, name in rows}
        return found

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

    async def of_rtb_id(self, rtb_id: str) -> Kept | None:
        """The campaign that publishers know by this id, of whatever account."""
        table = tables.campaign
        statement = select(
            table.c.account_id, cast(table.c.id, Text), table.c.version, table.c.document
        ).where(table.c.rtb_id == rtb_id, ~table.c.retired)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        account_id = AccountId(row[0])
        return Kept(Noun.CAMPAIGN, account_id, row[1], row[2], retired=False, document=row[3])

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


def place_of(kept: Kept, order: Order) -> str:
    """Where a thing stands in a list: its key, and what the list is sorted by."""
    match order:
        case Order.ID:
            return kept.key
        case Order.NAME:
            return f"{kept.key}:{_name_in(kept.document)}"
        case Order.NEWEST:
            return f"{kept.key}:{kept.version}"


def _name_in(document: dict[str, Any]) -> str:
    return str(document.get("name") or document.get("number") or "")


def _name(table: Table) -> ColumnElement[str]:
    named: ColumnElement[str] = func.coalesce(
        func.nullif(table.c.document["name"].astext, ""), table.c.document["number"].astext, ""
    ).collate("C")
    return named


def _sorted(table: Table, order: Order) -> tuple[ColumnElement[Any], ...]:
    match order:
        case Order.ID:
            return (table.c.id.asc(),)
        case Order.NAME:
            return (_name(table).asc(), table.c.id.asc())
        case Order.NEWEST:
            return (table.c.version.desc(), table.c.id.desc())


def _later(table: Table, noun: Noun, after: str, order: Order) -> ColumnElement[bool]:
    key, _, value = after.partition(":")
    last = key_of(noun, key)
    later: ColumnElement[bool]
    match order:
        case Order.ID:
            later = table.c.id > last
        case Order.NAME:
            later = tuple_(_name(table), table.c.id) > tuple_(literal(value), literal(last))
        case Order.NEWEST:
            later = tuple_(table.c.version, table.c.id) < tuple_(literal(int(value)), literal(last))
    return later


def _chosen(table: Table, wanted: Wanted) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if wanted.contains:
        chosen.append(_name(table).icontains(wanted.contains, autoescape=True))
    if wanted.status and table is TABLES[Noun.NUMBER]:
        chosen.append(_serving(table, wanted.status))
    elif wanted.status:
        chosen.append(table.c.document["status"].astext == wanted.status)
    return chosen


def _serving(numbers: Table, availability: str) -> ColumnElement[bool]:
    """Numbers have no status; what they serve stands for it."""
    serves = {
        Availability.POOL: numbers.c.pool_id.is_not(None),
        Availability.CAMPAIGN: numbers.c.campaign_id.is_not(None),
        Availability.AVAILABLE: numbers.c.pool_id.is_(None) & numbers.c.campaign_id.is_(None),
    }
    return next((holds for word, holds in serves.items() if word == availability), false())
