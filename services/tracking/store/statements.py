"""Sums of entries for statements, and the closing of times; always of one account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.contracts.ids import AccountId
from libs.contracts.statements import CLOSINGS_MAX, AskStatement, CloseBooks, Closing
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.unfit import Unfit
from services.tracking.tables.configured import outbox
from services.tracking.tables.ledger import balance, books, closing, entry


class Summed(NamedTuple):
    """Entries of a party in one currency and of one kind: before the time, and within it."""

    currency: str
    kind: str
    before: int
    amount: int
    entries: int
    late: int


class Statements:
    """The statements of every account, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, question: AskStatement) -> tuple[str, bool, list[Summed]] | None:
        """A party's name, whether the time is closed, and the sums; None where nobody is known."""
        named = select(func.max(balance.c.name)).where(
            balance.c.account_id == question.account_id,
            balance.c.book == question.book.value,
            balance.c.party == question.party,
        )
        closed = select(books.c.closed_until).where(books.c.account_id == question.account_id)
        within = entry.c.booked_at >= question.since
        late = within & (entry.c.belongs_at < entry.c.booked_at)
        sums = (
            select(
                entry.c.currency,
                entry.c.kind,
                _whole(func.sum(entry.c.amount).filter(~within)),
                _whole(func.sum(entry.c.amount).filter(within)),
                func.count().filter(within),
                func.count().filter(late),
            )
            .where(
                entry.c.account_id == question.account_id,
                entry.c.book == question.book.value,
                entry.c.party == question.party,
                entry.c.booked_at < question.until,
            )
            .group_by(entry.c.currency, entry.c.kind)
            .order_by(entry.c.currency, entry.c.kind)
        )
        async with self._database.transaction() as connection:
            name = (await connection.execute(named)).scalar()
            if name is None:
                return None
            until: datetime | None = (await connection.execute(closed)).scalar()
            rows = [Summed(*row) for row in await connection.execute(sums)]
        return name, until is not None and question.until <= until, rows

    async def close(self, question: CloseBooks, now: datetime, announcement: Announcement) -> None:
        """Close all time before; raise Unfit where it is closed, or not over.

        Waits for what is being booked; what is booked after it knows.
        """
        mine = books.c.account_id == question.account_id
        async with self._database.transaction() as connection:
            made = upsert(books).values(account_id=question.account_id)
            await connection.execute(made.on_conflict_do_nothing())
            row = select(books.c.closed_until).where(mine).with_for_update()
            closed_until: datetime | None = (await connection.execute(row)).scalar()
            _check(question.until, closed_until, now)
            await connection.execute(update(books).where(mine).values(closed_until=question.until))
            await connection.execute(
                insert(closing).values(
                    account_id=question.account_id,
                    until=question.until,
                    at=now,
                    actor=question.actor.name,
                    reason=question.reason,
                )
            )
            await connection.execute(insert(outbox), [announcement.row()])

    async def closings(self, account_id: AccountId) -> Sequence[Closing]:
        """The newest closings."""
        statement = (
            select(closing)
            .where(closing.c.account_id == account_id)
            .order_by(closing.c.until.desc())
            .limit(CLOSINGS_MAX)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [Closing.model_validate(dict(row)) for row in rows]


def _check(until: datetime, closed_until: datetime | None, now: datetime) -> None:
    if closed_until is not None and until <= closed_until:
        text = f"it is closed until {closed_until.isoformat()}"
        raise Unfit("malformed", text, [("until", text)])
    if until > now:
        raise Unfit("malformed", "it is not over", [("until", "is not in the future")])


def _whole(amount: Any) -> Any:
    return cast(func.coalesce(amount, 0), BigInteger)
