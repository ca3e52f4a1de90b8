"""Compares entries, balances, bookings and calls, as they are at one moment."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    true,
    union_all,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId
from libs.contracts.ledger import DIFFERENCES_SHOWN_MAX, BooksProved, Difference
from libs.contracts.worth import EffectKind
from libs.runtime.database import Database
from services.tracking.domain.ledger import THEY_OWE
from services.tracking.domain.reports import TooMuch
from services.tracking.tables.filing import filing
from services.tracking.tables.ledger import balance, booking, entry, proof
from services.tracking.tables.tallies import tally

ONE_WITHIN_MS = 5_000  # while somebody waits
ALL_WITHIN_MS = 1_800_000  # at night

_ENTRY_OF_PARTY = entry.c.party != ""


class Proof:
    """Reads everything; the differences of all accounts, or of one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_account(self, account_id: AccountId, at: datetime) -> BooksProved:
        """One account's books; raise TooMuch where that takes too long."""
        try:
            async with self._at_one_moment(ONE_WITHIN_MS) as connection:
                return await _proved(connection, account_id, at)
        except DBAPIError as fault:
            if isinstance(fault.orig, QueryCanceled):
                raise TooMuch from fault
            raise

    async def of_all(self, at: datetime) -> BooksProved:
        """All accounts' books."""
        async with self._at_one_moment(ALL_WITHIN_MS) as connection:
            return await _proved(connection, None, at)

    async def of_the_day(self, today: date, at: datetime) -> BooksProved | None:
        """All books, once a day: None where that was done, or is being done."""
        async with self._at_one_moment(ALL_WITHIN_MS) as connection:
            alone = select(func.pg_try_advisory_xact_lock(func.hashtext("tracking.proof")))
            done = select(proof.c.at).where(proof.c.proved_on == today)
            if not (await connection.execute(alone)).scalar():
                return None
            if (await connection.execute(done)).first() is not None:
                return None
            made = await _proved(connection, None, at)
            await connection.execute(
                insert(proof).values(
                    proved_on=today,
                    at=at,
                    differences=made.differences,
                    found=made.model_dump(mode="json"),
                )
            )
            return made

    @asynccontextmanager
    async def _at_one_moment(self, within_ms: int) -> AsyncIterator[AsyncConnection]:
        async with self._database.transaction() as connection:
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            await connection.execute(text(f"SET LOCAL statement_timeout = {within_ms}"))
            yield connection


async def _proved(
    connection: AsyncConnection, account_id: UUID | None, at: datetime
) -> BooksProved:
    counts = [
        (
            await connection.execute(
                select(func.count()).select_from(each).where(_of(each, account_id))
            )
        ).scalar_one()
        for each in (entry, balance, booking)
    ]
    found: list[Difference] = []
    total = 0
    for check, statement in _checks(account_id):
        counted = statement.add_columns(func.count().over()).limit(DIFFERENCES_SHOWN_MAX)
        rows: Sequence[Any] = (await connection.execute(counted)).all()
        total += rows[0][-1] if rows else 0
        found += [
            Difference(check=check, what=what, currency=currency, expected=expected, found=seen)
            for what, currency, expected, seen, _ in rows
        ]
    return BooksProved(
        at=at,
        entries=counts[0],
        balances=counts[1],
        bookings=counts[2],
        differences=total,
        shown=tuple(found[:DIFFERENCES_SHOWN_MAX]),
    )


def _checks(account_id: UUID | None) -> list[tuple[Any, Select[Any]]]:
    return [
        ("posting", _postings(account_id)),
        ("balance", _balances(account_id)),
        ("booking", _bookings(account_id)),
        ("call", _calls(account_id)),
    ]


def _of(table: Any, account_id: UUID | None) -> ColumnElement[bool]:
    return true() if account_id is None else table.c.account_id == account_id


def _zero() -> ColumnElement[int]:
    return literal(0, BigInteger)


def _postings(account_id: UUID | None) -> Select[Any]:
    """Sides of a posting that do not sum to nothing in its currency."""
    summed = cast(func.sum(entry.c.amount), BigInteger)
    return (
        select(cast(entry.c.posting, Text), entry.c.currency, _zero(), summed)
        .where(_of(entry, account_id))
        .group_by(entry.c.posting, entry.c.currency)
        .having(summed != 0)
    )


def _balances(account_id: UUID | None) -> Select[Any]:
    """Balances that are not the sum of their entries."""
    key = ("account_id", "book", "party", "currency")
    sums = (
        select(*(entry.c[name] for name in key), func.sum(entry.c.amount).label("amount"))
        .where(_of(entry, account_id))
        .group_by(*(entry.c[name] for name in key))
        .subquery()
    )
    kept = select(balance).where(_of(balance, account_id)).subquery()
    same = and_(*(sums.c[name] == kept.c[name] for name in key))
    names = [func.coalesce(sums.c[name], kept.c[name]) for name in key]
    return _unequal(
        select(
            func.concat_ws("/", *(cast(name, Text) for name in names[:3])),
            names[3],
            _whole(sums.c.amount),
            _whole(kept.c.amount),
        ).join_from(sums, kept, same, full=True)
    )


def _bookings(account_id: UUID | None) -> Select[Any]:
    """Bookings that are not the sum of their entries."""
    key = ("call_id", "account_id", "kind", "part", "currency", "book", "party")
    sums = (
        select(*(entry.c[name] for name in key), func.sum(entry.c.amount).label("amount"))
        .where(_of(entry, account_id), entry.c.call_id.is_not(None), _ENTRY_OF_PARTY)
        .group_by(*(entry.c[name] for name in key))
        .subquery()
    )
    ours = [kind.value for kind, sign in THEY_OWE.items() if sign < 0]
    signed = case((booking.c.kind.in_(ours), -booking.c.amount), else_=booking.c.amount)
    booked = (
        select(*(booking.c[name] for name in key), signed.label("amount"))
        .where(_of(booking, account_id))
        .subquery()
    )
    same = and_(*(sums.c[name] == booked.c[name] for name in key))
    names = [func.coalesce(sums.c[name], booked.c[name]) for name in key]
    return _unequal(
        select(
            func.concat_ws("/", *(cast(names[at], Text) for at in (0, 2, 3, 5, 6))),
            names[4],
            _whole(sums.c.amount),
            _whole(booked.c.amount),
        ).join_from(sums, booked, same, full=True)
    )


def _calls(account_id: UUID | None) -> Select[Any]:
    """Calls, as far as they are kept, whose worth is not what is booked of them."""
    of_kinds = union_all(
        *(
            select(
                tally.c.call_id,
                literal(kind.value, Text).label("kind"),
                tally.c.currency,
                tally.c[kind.value].label("amount"),
            ).where(_of(tally, account_id), tally.c[kind.value].is_not(None))
            for kind in EffectKind
        )
    ).subquery()
    worth = (
        select(*of_kinds.c[:3], func.sum(of_kinds.c.amount).label("amount"))
        .group_by(*of_kinds.c[:3])
        .subquery()
    )
    booked = (
        select(
            booking.c.call_id,
            booking.c.kind,
            booking.c.currency,
            func.sum(booking.c.amount).label("amount"),
        )
        .join(filing, filing.c.call_id == booking.c.call_id)
        .where(_of(booking, account_id))
        .group_by(booking.c.call_id, booking.c.kind, booking.c.currency)
        .subquery()
    )
    key = ("call_id", "kind", "currency")
    same = and_(*(worth.c[name] == booked.c[name] for name in key))
    names = [func.coalesce(worth.c[name], booked.c[name]) for name in key]
    return _unequal(
        select(
            func.concat_ws("/", cast(names[0], Text), names[1]),
            names[2],
            _whole(worth.c.amount),
            _whole(booked.c.amount),
        ).join_from(worth, booked, same, full=True)
    )


def _whole(amount: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(amount, 0), BigInteger)


def _unequal(compared: Select[Any]) -> Select[Any]:
    expected, found = list(compared.selected_columns)[2:]
    return compared.where(expected != found)
