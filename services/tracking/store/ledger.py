"""Writes entries and balances, in the transaction of whatever changes what is owed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import BigInteger, Column, Text, case, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam

from libs.contracts.adjusting import AdjustParty
from libs.contracts.ids import AccountId, CallId
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Statement
from libs.runtime.given import given, written
from services.tracking.domain.ledger import Booked, Changes, Key, Posting, changes_of
from services.tracking.tables.ledger import balance, booking, books, entry

_OWN = Column("own", Text)
_NAME = Column("name", Text)
_TOLD = (
    *("account_id", "posting", "book", "party", "currency", "amount", "kind", "call_id", "part"),
    *("version", "reverses", "belongs_at", "booked_at", "reason", "actor"),
)
_SUMMED = ("account_id", "book", "party", "currency", "amount")
_KEY = [str(each.name) for each in booking.primary_key.columns]


def _booked() -> Statement:
    ids = bindparam("ids", type_=ARRAY(booking.c.call_id.type))
    columns = (*(booking.c[name] for name in Key._fields), booking.c.amount, booking.c.version)
    return Statement(select(*columns).where(booking.c.call_id == func.any(ids)), "ledger.booked")


def _book() -> Statement:
    rows = given("bookings", *booking.columns)
    names = [each.name for each in booking.columns]
    kept = insert(booking).from_select(names, select(*(rows.c[name] for name in names)))
    values = {name: kept.excluded[name] for name in ("amount", "version")}
    return Statement(kept.on_conflict_do_update(index_elements=_KEY, set_=values), "ledger.book")


def _write() -> Statement:
    """Both sides of each posting, and what they change of balances, in the order of their keys."""
    rows = given("postings", *(entry.c[name] for name in _TOLD), _OWN, _NAME)
    sides = func.unnest(literal([1, -1], ARRAY(BigInteger))).table_valued("side").render_derived()
    ours = sides.c.side == -1
    of_side = {
        "book": case((ours, rows.c.own), else_=rows.c.book),
        "party": case((ours, ""), else_=rows.c.party),
        "amount": rows.c.amount * sides.c.side,
    }
    came = (
        insert(entry)
        .from_select(
            list(_TOLD),
            select(*(of_side.get(name, rows.c[name]) for name in _TOLD)).join_from(
                rows, sides, literal(True)
            ),
        )
        .returning(*(entry.c[name] for name in _SUMMED))
        .cte("came")
    )
    named = (
        select(rows.c.account_id, rows.c.book, rows.c.party, func.max(rows.c.name).label("name"))
        .group_by(rows.c.account_id, rows.c.book, rows.c.party)
        .cte("named")
    )
    key = (came.c.account_id, came.c.book, came.c.party, came.c.currency)
    same = (
        (named.c.account_id == came.c.account_id)
        & (named.c.book == came.c.book)
        & (named.c.party == came.c.party)
    )
    name = func.coalesce(func.max(named.c.name), "")
    changed = insert(balance).from_select(
        ["account_id", "book", "party", "currency", "amount", "entries", "name"],
        select(*key, func.sum(came.c.amount), func.count(), name)
        .join_from(came, named, same, isouter=True)
        .group_by(*key)
        .order_by(*key),
    )
    new = changed.excluded
    return Statement(
        changed.on_conflict_do_update(
            index_elements=list(balance.primary_key.columns),
            set_={
                "amount": balance.c.amount + new.amount,
                "entries": balance.c.entries + new.entries,
                "name": case((new.name == "", balance.c.name), else_=new.name),
            },
        ),
        "ledger.write",
    )


_ACCOUNTS = bindparam("accounts", type_=ARRAY(books.c.account_id.type))
_OPEN = Statement(
    insert(books)
    .from_select(
        ["account_id"],
        select(func.unnest(_ACCOUNTS).table_valued("account_id").render_derived().c.account_id),
    )
    .on_conflict_do_nothing(),
    "ledger.open",
)
_SHARE = Statement(
    select(books.c.account_id, books.c.closed_until)
    .where(books.c.account_id == func.any(_ACCOUNTS))
    .order_by(books.c.account_id)
    .with_for_update(read=True),
    "ledger.share",
)
"""Nobody closes these books until we are done."""

_BALANCE = Statement(
    select(balance.c.currency, balance.c.amount)
    .where(
        balance.c.account_id == bindparam("account_id", type_=balance.c.account_id.type),
        balance.c.book == bindparam("book", type_=Text()),
        balance.c.party == bindparam("party", type_=Text()),
    )
    .order_by(balance.c.currency)
    .with_for_update(),
    "ledger.balance",
)
_BOOKED, _BOOK, _WRITE = _booked(), _book(), _write()


async def book(
    connection: AsyncConnection[Any],
    calls: Sequence[tuple[CallRecord, datetime]],
    now: datetime,
) -> None:
    """Let the books say what these calls came to; they are locked by whoever folds them."""
    changes = await _changes(connection, calls)
    if not changes.postings:
        return
    await write(connection, changes.postings, now)
    bookings = [{**key._asdict(), **changes.booked[key]._asdict()} for key in changes.booked]
    await _BOOK.run(connection, bookings=written(bookings))


async def misbooked(
    connection: AsyncConnection[Any], calls: Sequence[tuple[CallRecord, datetime]]
) -> set[CallId]:
    """The calls of which something else is booked than they came to."""
    return {
        key.call_id for key in (await _changes(connection, calls)).booked if key.call_id is not None
    }


async def _changes(
    connection: AsyncConnection[Any], calls: Sequence[tuple[CallRecord, datetime]]
) -> Changes:
    rows = await _BOOKED.run(connection, ids=[call.call_id for call, _ in calls])
    width = len(Key._fields)
    return changes_of(calls, {Key(*row[:width]): Booked(*row[width:]) for row in rows})


async def balance_of(
    connection: AsyncConnection[Any], account_id: AccountId, book: str, party: str, currency: str
) -> int | None:
    """What a party owes, nothing in a new currency; None where there were no dealings.

    Nobody changes it until we are done.
    """
    rows = await _BALANCE.run(connection, account_id=account_id, book=book, party=party)
    return dict(rows).get(currency, 0) if rows else None


async def book_beside(
    connection: AsyncConnection[Any],
    question: AdjustParty,
    posting: UUID,
    amount: int,
    now: datetime,
) -> None:
    """Book an amount with a party that no call has caused."""
    key = Key(
        None,
        question.account_id,
        question.kind.value,
        "",
        question.money.currency,
        question.book.value,
        question.party,
    )
    said = (question.reason, question.actor.name)
    own = question.kind.value
    made = Posting(key, posting, own, "", amount, 1, False, now, *said)
    await write(connection, [made], now)


async def write(
    connection: AsyncConnection[Any],
    postings: Sequence[Posting],
    now: datetime,
) -> None:
    """Write postings, each where its time is open, and change the balances."""
    closed = await _closed(connection, {one.key.account_id for one in postings})
    rows = [
        {
            **one.key._asdict(),
            "posting": one.id,
            "own": one.own,
            "name": one.name,
            "amount": one.amount,
            "version": one.version,
            "reverses": one.reverses,
            "belongs_at": one.belongs_at,
            "booked_at": _booked_at(one.belongs_at, closed[one.key.account_id], now),
            "reason": one.reason,
            "actor": one.actor,
        }
        for one in postings
    ]
    await _WRITE.run(connection, postings=written(rows))


async def _closed(
    connection: AsyncConnection[Any], accounts: set[AccountId]
) -> Mapping[AccountId, datetime | None]:
    ids = sorted(accounts)
    await _OPEN.run(connection, accounts=ids)
    return dict(await _SHARE.run(connection, accounts=ids))


def _booked_at(belongs_at: datetime, closed_until: datetime | None, now: datetime) -> datetime:
    """When it counts: when it happened, but neither in a closed period nor in the future."""
    if closed_until is not None and belongs_at < closed_until:
        return now
    return min(belongs_at, now)
