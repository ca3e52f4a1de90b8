"""Calls whose quality is still to be asked for: noted with the fold of their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from libs.contracts.calls import CallArrived
from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.tracking.tables.calls import fact
from services.tracking.tables.filing import filing
from services.tracking.tables.quality import call_quality, quality_rule

SETTLED_AFTER = timedelta(minutes=30)  # from a call's end; so long the carrier works on a summary
ENDED_WITHIN = timedelta(days=1)  # a fact that comes later is no reason to ask
_KEY = (call_quality.c.account_id, call_quality.c.call_id)
_NOTED = (*_KEY, call_quality.c.ask_at)
_ASKS = quality_rule.c.document["ask"].as_boolean() & ~quality_rule.c.retired


def _note() -> Statement:
    rows = given("rows", *_NOTED)
    noted = select(*(rows.c[each.name] for each in _NOTED)).join(
        quality_rule, quality_rule.c.account_id == rows.c.account_id
    )
    return Statement(
        insert(call_quality)
        .from_select([each.name for each in _NOTED], noted.where(_ASKS))
        .on_conflict_do_nothing(),
        "call_quality.note",
    )


def _drop() -> Statement:
    rows = given("rows", *_KEY)
    known = select(*(rows.c[each.name] for each in _KEY))
    return Statement(delete(call_quality).where(tuple_(*_KEY).in_(known)), "call_quality.drop")


_NOTE, _DROP = _note(), _drop()


async def note(
    connection: AsyncConnection[Any], calls: Sequence[CallRecord], now: datetime
) -> None:
    """Note those of these calls that are over and of which nothing was heard; drop the others."""
    noted, dropped = [], []
    for call in calls:
        key = {"account_id": call.account_id, "call_id": call.call_id}
        if call.quality is not None:
            dropped.append(key)
        elif _is_to_be_asked(call, now):
            assert call.ended_at is not None, "what is to be asked of has ended"
            noted.append({**key, "ask_at": call.ended_at + SETTLED_AFTER})
    if noted:
        await _NOTE.run(connection, rows=written(noted))
    if dropped:
        await _DROP.run(connection, rows=written(dropped))


def _is_to_be_asked(call: CallRecord, now: datetime) -> bool:
    return (
        call.account_id != NOBODY
        and bool(call.call_sid)
        and call.ended_at is not None
        and call.ended_at > now - ENDED_WITHIN
    )


@dataclass(frozen=True, slots=True)
class Due:
    """A call whose summary is asked for; `tries`: how often, this time included.

    The carrier's names are None where the call is forgotten.
    """

    account_id: AccountId
    call_id: CallId
    tries: int
    account_sid: str | None
    call_sid: str | None


class Qualities:
    """The calls of all accounts that are still asked about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, limit: int, first: timedelta, most: timedelta) -> list[Due]:
        """Some that are due; the next time they are so later, twice as late each time."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_claim(limit, first, most))
            return [Due(*row) for row in rows]

    async def forget(self, one: Due) -> None:
        """Ask no more."""
        statement = delete(call_quality).where(
            call_quality.c.account_id == one.account_id, call_quality.c.call_id == one.call_id
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)


def _claim(limit: int, first: timedelta, most: timedelta) -> Any:
    due = (
        select(*_KEY)
        .join(quality_rule, quality_rule.c.account_id == call_quality.c.account_id)
        .where(_ASKS, call_quality.c.ask_at <= func.now())
        .order_by(call_quality.c.ask_at)
        .limit(limit)
        .with_for_update(of=call_quality, skip_locked=True)
    )
    doubled = func.power(2, func.least(call_quality.c.tries, 16))
    claimed = (
        update(call_quality)
        .where(tuple_(*_KEY).in_(due))
        .values(
            ask_at=func.now() + func.least(first * doubled, most), tries=call_quality.c.tries + 1
        )
        .returning(*_KEY, call_quality.c.tries)
        .cte("claimed")
    )
    arrived = (
        (fact.c.call_id == filing.c.call_id)
        & (fact.c.filed_on == filing.c.filed_on)
        & (fact.c.subject == CallArrived.subject)
    )
    names = (fact.c.payload[name].as_string() for name in ("account_sid", "call_sid"))
    return (
        select(*claimed.c, *names)
        .ext(distinct_on(claimed.c.account_id, claimed.c.call_id))
        .outerjoin(filing, filing.c.call_id == claimed.c.call_id)
        .outerjoin(fact, arrived)
    )
