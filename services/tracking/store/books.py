"""Reading balances and entries, always those of one account."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, literal, select, tuple_

from libs.contracts.ledger import AskBalances, AskEntries, Balance, Book, LedgerEntry
from libs.contracts.money import Money
from libs.contracts.worth import PartyKind
from libs.runtime.database import Database
from services.tracking.domain.cursor import CursorUnreadable
from services.tracking.domain.tally import amount_of
from services.tracking.tables.ledger import balance, entry

_BALANCE = (balance.c.book, balance.c.party, balance.c.currency)
_PLACE = (entry.c.booked_at, entry.c.id)
_OWN = tuple(book.value for book in Book if book.value not in set(PartyKind))


class Ledger:
    """The books of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def balances(self, question: AskBalances, limit: int) -> list[Balance]:
        """The next balances; raise CursorUnreadable."""
        statement = (
            select(*_BALANCE, balance.c.name, balance.c.amount, balance.c.entries)
            .where(
                balance.c.account_id == question.account_id,
                _of_book(balance.c.book, question.book),
            )
            .order_by(*_BALANCE)
            .limit(limit)
        )
        if question.party:
            statement = statement.where(balance.c.party == question.party)
        if question.cursor is not None:
            after = _read(question.cursor, 3)
            statement = statement.where(tuple_(*_BALANCE) > tuple_(*map(literal, after)))
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            Balance(
                book=row.book,
                party=row.party,
                name=row.name,
                money=Money(amount=amount_of(row.amount), currency=row.currency),
                entries=row.entries,
            )
            for row in rows
        ]

    async def entries(self, question: AskEntries, limit: int) -> list[LedgerEntry]:
        """The next entries; raise CursorUnreadable."""
        statement = (
            select(entry)
            .where(entry.c.account_id == question.account_id, _of_book(entry.c.book, question.book))
            .order_by(*_PLACE)
            .limit(limit)
        )
        if question.party:
            statement = statement.where(entry.c.party == question.party)
        if question.call_id is not None:
            statement = statement.where(entry.c.call_id == question.call_id)
        if question.since is not None:
            statement = statement.where(entry.c.booked_at >= question.since)
        if question.until is not None:
            statement = statement.where(entry.c.booked_at < question.until)
        if question.cursor is not None:
            place = _entry_place(question.cursor)
            statement = statement.where(tuple_(*_PLACE) > tuple_(*map(literal, place)))
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [_entry(dict(row)) for row in rows]


def _of_book(column: ColumnElement[str], book: Book | None) -> ColumnElement[bool]:
    """One book; without one those of all parties."""
    return column.not_in(_OWN) if book is None else column == book.value


def cursor_of(*place: object) -> str:
    """A place as the text by which the next page is asked for."""
    return urlsafe_b64encode(orjson.dumps([str(each) for each in place])).decode()


def _read(cursor: str, parts: int) -> list[str]:
    """Read what `cursor_of` wrote; raise CursorUnreadable for anything else."""
    try:
        place = orjson.loads(urlsafe_b64decode(cursor.encode()))
    except ValueError as fault:
        raise CursorUnreadable("not a cursor of this list") from fault
    if not isinstance(place, list) or len(place) != parts or not all(map(_is_text, place)):
        raise CursorUnreadable("not a cursor of this list")
    return place


def _is_text(part: object) -> bool:
    return isinstance(part, str) and "\0" not in part


def _entry_place(cursor: str) -> tuple[datetime, int]:
    at, id = _read(cursor, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), int(id)
    except (ValueError, OverflowError) as fault:
        raise CursorUnreadable("not a cursor of this list") from fault


def _entry(row: Mapping[str, Any]) -> LedgerEntry:
    return LedgerEntry(
        **{name: row[name] for name in LedgerEntry.model_fields if name in row and name != "money"},
        money=Money(amount=amount_of(row["amount"]), currency=row["currency"]),
        late=row["belongs_at"] < row["booked_at"],
    )
