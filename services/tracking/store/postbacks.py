"""What partners posted: each conversion once, and a log of all that came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import literal

from libs.contracts.ids import AccountId, CallId
from libs.contracts.money import Money
from libs.contracts.postbacks import ListPostbacks, Postback, PostbackOutcome
from libs.runtime.database import Database, Statement
from libs.runtime.inbox import unnested
from services.tracking.domain.cursor import Place
from services.tracking.tables.calls import call
from services.tracking.tables.filing import filing
from services.tracking.tables.postbacks import postback

DELETED_MAX = 2_000  # of one statement
_COLUMNS = tuple(postback.columns)
_PLACE = (postback.c.at, postback.c.id)


def _keep() -> Statement:
    rows = unnested(*_COLUMNS)
    names = [each.name for each in _COLUMNS]
    return Statement(
        insert(postback)
        .from_select(names, select(*(rows.c[name] for name in names)))
        .on_conflict_do_nothing()
        .returning(postback.c.id),
        "postback.keep",
    )


_KEEP = _keep()


async def take(connection: AsyncConnection[Any], account_id: AccountId, one: Postback) -> bool:
    """Keep it; False where its conversion had been kept before."""
    row = _row(account_id, one)
    return bool(await _KEEP.run(connection, **{name: [value] for name, value in row.items()}))


class PostbackLog:
    """What came, one account at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def whose(self, call_id: CallId) -> AccountId | None:
        """The account of a call, for who has the call's own key."""
        filed_on = select(filing.c.filed_on).where(filing.c.call_id == call_id).scalar_subquery()
        statement = select(call.c.account_id).where(
            call.c.call_id == call_id, call.c.filed_on == filed_on
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).scalar()

    async def count(
        self, account_id: AccountId, since: datetime, key_id: UUID | None, call_id: CallId | None
    ) -> int:
        """How many came since by a key: by an account's, else by the call's own."""
        by_key = (
            postback.c.postback_key_id == key_id
            if key_id is not None
            else postback.c.postback_key_id.is_(None) & (postback.c.call_id == call_id)
        )
        statement = select(func.count()).where(
            postback.c.account_id == account_id, postback.c.at > since, by_key
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).scalar_one()

    async def note(self, account_id: AccountId, one: Postback) -> None:
        """Keep what was not taken, for people to see."""
        async with self._database.hot() as connection:
            await take(connection, account_id, one)

    async def page(
        self, question: ListPostbacks, after: Place | None, limit: int
    ) -> list[Postback]:
        """The account's next postbacks, newest first."""
        statement = select(postback).where(postback.c.account_id == question.account_id)
        if question.call_id is not None:
            statement = statement.where(postback.c.call_id == question.call_id)
        if question.outcome is not None:
            statement = statement.where(postback.c.outcome == question.outcome.value)
        if after is not None:
            values = [literal(value, at.type) for value, at in zip(after, _PLACE, strict=True)]
            statement = statement.where(tuple_(*_PLACE) < tuple_(*values))
        statement = statement.order_by(*(at.desc() for at in _PLACE)).limit(limit)
        async with self._database.transaction() as connection:
            return [_postback(row) for row in (await connection.execute(statement)).mappings()]

    async def forget(self, kept: timedelta, conversions_kept: timedelta) -> int:
        """Delete what is old; conversions that counted are remembered as long as calls are."""
        counted = (postback.c.outcome == PostbackOutcome.KEPT.value) & (
            postback.c.conversion_id != ""
        )
        old = (
            select(postback.c.account_id, postback.c.id)
            .where(
                postback.c.at < func.now() - kept,
                ~counted | (postback.c.at < func.now() - conversions_kept),
            )
            .limit(DELETED_MAX)
        )
        key = tuple_(postback.c.account_id, postback.c.id)
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(postback).where(key.in_(old)))).rowcount


def _row(account_id: AccountId, one: Postback) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "id": one.postback_id,
        "at": one.at,
        "postback_key_id": one.postback_key_id,
        "call_id": one.call_id,
        "conversion_id": one.conversion_id,
        "outcome": one.outcome.value,
        "why": one.why,
        **_money("amount", one.amount),
        **_money("payout", one.payout),
        "address": one.address,
    }


def _money(name: str, money: Money | None) -> dict[str, Any]:
    return {
        name: money.amount if money else None,
        f"{name}_currency": money.currency if money else None,
    }


def _postback(row: Any) -> Postback:
    amounts = {
        name: Money(amount=row[name], currency=row[f"{name}_currency"])
        for name in ("amount", "payout")
        if row[name] is not None
    }
    names = ("at", "postback_key_id", "call_id", "conversion_id", "outcome", "why", "address")
    return Postback(postback_id=row["id"], **{name: row[name] for name in names}, **amounts)
