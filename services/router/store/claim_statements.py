"""The statements of a claim: lock the counters, keep what was decided, read who came first."""

from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    Interval,
    SmallInteger,
    Table,
    Text,
    cast,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam

from libs.runtime.database import Statement
from libs.runtime.given import given, read
from services.router.tables import counter, decision, hold, leg, outbox, place, quote

COUNTED = (
    counter.c.live,
    counter.c.possible,
    counter.c.hour_at,
    counter.c.hour_count,
    counter.c.day_at,
    counter.c.day_count,
    counter.c.week_at,
    counter.c.week_count,
    counter.c.month_at,
    counter.c.month_count,
    counter.c.total_count,
    counter.c.quoted,
)
"""A counter's columns, in the order of `Counter`'s fields."""

ONE_SECOND = literal_column("interval '1 second'", Interval())
_KEY = (counter.c.account_id, counter.c.scope_id, counter.c.measure)
_ASK_AFTER = Column("ask_after", Integer)
_LASTS = Column("lasts", Integer)
"""Seconds from now: whoever gives rows knows durations, the database has the clock."""


def _lock() -> Statement:
    wanted = given("scopes", counter.c.account_id, counter.c.scope_id)
    return Statement(
        select(*_KEY, *COUNTED)
        .where(
            tuple_(counter.c.account_id, counter.c.scope_id).in_(
                select(wanted.c.account_id, wanted.c.scope_id)
            )
        )
        .order_by(*_KEY)
        .with_for_update(),
        "claim.lock",
    )


def _into(table: Table, name: str, **reckoned: Any) -> Any:
    """Insert the rows of a parameter; `reckoned` columns are functions of a row, None: left out.

    A row that is there already means that its decision is too, and then nothing is kept.
    """
    plain = [each for each in table.columns if each.name not in reckoned]
    rows = given(name, *plain, _ASK_AFTER, _LASTS)
    into = {each.name: read(rows, each) for each in plain}
    into |= {key: value(rows) for key, value in reckoned.items() if value is not None}
    return upsert(table).from_select(list(into), select(*into.values())).on_conflict_do_nothing()


def _after(seconds: Column[int]) -> Any:
    def moment(rows: Any) -> Any:
        return func.now() + rows.c[seconds.name] * ONE_SECOND

    return moment


def _now(_: Any) -> Any:
    return func.now()


def _counts() -> Any:
    rows = given("counters", *_KEY, *COUNTED)
    return (
        update(counter)
        .values({each.name: rows.c[each.name] for each in COUNTED})
        .where(*(each == rows.c[each.name] for each in _KEY))
    )


def _keep() -> Statement:
    """Decisions, holds, places, legs, counters and announcements of a group, in one statement.

    Fewer keys come back where somebody has decided before: then nothing may be kept.
    """
    holds = _into(
        hold, "holds", decided_at=_now, ask_at=_after(_ASK_AFTER), expires_at=_after(_LASTS)
    )
    places = _into(place, "places", expires_at=_after(_LASTS))
    legs = _into(leg, "legs", connected_at=None, converted_at=None, revenue=None, posted_at=None)
    announcements = _into(outbox, "announcements", created_at=_now)
    return Statement(
        _into(decision, "decisions")
        .returning(decision.c.call_id)
        .add_cte(
            holds.cte("kept"),
            places.cte("placed"),
            legs.cte("dialled"),
            _counts().cte("counted"),
            _into(quote, "quotes").cte("quoted"),
            announcements.cte("announced"),
        ),
        "claim.keep",
    )


def _use() -> Statement:
    """Let quotes be fulfilled by calls: each once, and only while it holds."""
    used = given("quotes", quote.c.account_id, quote.c.id, quote.c.call_id)
    return Statement(
        update(quote)
        .values(call_id=used.c.call_id)
        .where(quote.c.account_id == used.c.account_id, quote.c.id == used.c.id)
        .where(quote.c.call_id.is_(None), quote.c.expires_at > func.now())
        .returning(quote.c.id),
        "quote.use",
    )


LOCK = _lock()
USE = _use()
KEEP = _keep()
DECIDED = Statement(
    select(cast(decision.c.outcome, Text)).where(
        decision.c.call_id == bindparam("call_id", type_=UUID(as_uuid=True)),
        decision.c.step == bindparam("step", type_=SmallInteger()),
    ),
    "claim.decided",
)
