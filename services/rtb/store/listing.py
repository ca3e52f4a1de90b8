"""What accounts have configured, page by page: chosen, and in the order wanted."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, literal, select, tuple_

from libs.contracts.bidding_edits import ListRtb
from libs.contracts.editing import Order
from libs.runtime.database import Database
from services.rtb.store.configuration import TABLES, Kept


class Listing:
    """Reads lists of bidders and routers; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, asked: ListRtb) -> list[Kept]:
        """Things of one kind; one more than asked for tells that there are more."""
        table = TABLES[asked.noun]
        statement = (
            select(table.c.id, table.c.version, table.c.retired, table.c.document)
            .where(table.c.account_id == asked.account_id, ~table.c.retired)
            .order_by(*_sorted(table, asked.order))
            .limit(asked.limit + 1)
        )
        if asked.cursor is not None:
            statement = statement.where(_later(table, asked.cursor, asked.order))
        if asked.contains:
            name = table.c.document["name"].astext
            statement = statement.where(name.icontains(asked.contains, autoescape=True))
        if asked.status:
            statement = statement.where(table.c.document["status"].astext == asked.status)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(asked.noun, *row) for row in rows]


def place_of(kept: Kept, order: Order) -> str:
    """Where a thing stands in a list: its key, and what the list is sorted by."""
    match order:
        case Order.ID:
            return str(kept.key)
        case Order.NAME:
            return f"{kept.key}:{kept.document.get('name', '')}"
        case Order.NEWEST:
            return f"{kept.key}:{kept.version}"


def _name(table: Table) -> ColumnElement[str]:
    named: ColumnElement[str] = func.coalesce(table.c.document["name"].astext, "").collate("C")
    return named


def _sorted(table: Table, order: Order) -> tuple[ColumnElement[Any], ...]:
    match order:
        case Order.ID:
            return (table.c.id.asc(),)
        case Order.NAME:
            return (_name(table).asc(), table.c.id.asc())
        case Order.NEWEST:
            return (table.c.version.desc(), table.c.id.desc())


def _later(table: Table, cursor: str, order: Order) -> ColumnElement[bool]:
    key, _, value = cursor.partition(":")
    last = UUID(key)
    later: ColumnElement[bool]
    match order:
        case Order.ID:
            later = table.c.id > last
        case Order.NAME:
            later = tuple_(_name(table), table.c.id) > tuple_(literal(value), literal(last))
        case Order.NEWEST:
            later = tuple_(table.c.version, table.c.id) < tuple_(literal(int(value)), literal(last))
    return later
