"""Writing down facts and what they fold to, for all accounts at once.

This is the consumer's store, and the one whose statements are not scoped to an
account: a fact's call is known before its account is.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from psycopg import AsyncConnection
from sqlalchemy import Text, cast, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import NOBODY, CallId
from libs.contracts.tracking import CallRecord, CallState
from libs.runtime.database import Database, Statement
from libs.runtime.inbox import read_from, remember, unnested
from services.tracking.domain.call import Heard
from services.tracking.domain.cells import Told
from services.tracking.domain.record import listed_at
from services.tracking.tables.calls import call, fact

_IDS = bindparam("ids", type_=ARRAY(call.c.call_id.type))
_NEW = func.unnest(_IDS).table_valued(column("call_id", call.c.call_id.type), name="new")
_BEGIN = Statement(
    insert(call)
    .from_select(
        ["call_id", "account_id", "listed_at", "state", "told"],
        select(
            _NEW.render_derived().c.call_id,
            literal(NOBODY, call.c.account_id.type),
            func.now(),
            literal(CallState.RINGING.value),
            cast(literal('{"least":{},"greatest":{}}'), call.c.told.type),
        ),
    )
    .on_conflict_do_nothing(),
    "call.begin",
)
"""A row to lock for calls that were never heard of; it is overwritten in the same transaction."""

_LOCK = Statement(
    select(call.c.call_id, cast(call.c.told, Text))
    .where(call.c.call_id == func.any(_IDS))
    .order_by(call.c.call_id)
    .with_for_update(),
    "call.lock",
)
_SAVED = (
    call.c.call_id,
    call.c.account_id,
    call.c.listed_at,
    call.c.state,
    call.c.campaign_id,
    call.c.buyer_id,
    call.c.caller,
    call.c.told,
)
_GIVEN = unnested(*_SAVED)
_SAVE = Statement(
    update(call)
    .where(call.c.call_id == _GIVEN.c.call_id)
    .values(dict(zip(_SAVED[1:], read_from(_GIVEN, *_SAVED[1:]), strict=True))),
    "call.save",
)


class Journal:
    """Where facts are written down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def entry(self) -> AsyncIterator["Entry"]:
        """Write something down: all of it or nothing."""
        async with self._database.hot() as connection, connection.transaction():
            yield Entry(connection)


class Entry:
    """One transaction of the journal."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    async def remember(self, heard: Sequence[Heard]) -> list[Heard]:
        """Keep facts; give those that are new, each once."""
        by_key = {_key(one): one for one in reversed(heard)}  # of two with one key, the first
        rows = [_fact_row(one) for one in by_key.values()]
        new = await remember(self._connection, fact, rows)
        return [by_key[key] for key in new]

    async def lock(self, call_ids: Sequence[CallId]) -> Mapping[CallId, Told]:
        """What was told of these calls so far; nobody else adds to it until we are done.

        Rows are made and locked in the order of their keys, so that two consumers
        wait for each other and never in a circle.
        """
        ids = sorted(call_ids)
        await _BEGIN.run(self._connection, ids=ids)
        rows = await _LOCK.run(self._connection, ids=ids)
        return {call_id: Told(**orjson.loads(told)) for call_id, told in rows}

    async def save(self, calls: Sequence[tuple[CallRecord, Told]]) -> None:
        """Replace what was told of these calls."""
        rows = [_call_row(record, told) for record, told in calls]
        arrays = {each.name: [row[each.name] for row in rows] for each in _SAVED}
        await _SAVE.run(self._connection, **arrays)


def _key(heard: Heard) -> tuple[Any, ...]:
    """The natural key, as the table has it."""
    one = heard.fact
    return (one.call_id, one.subject, one.step, one.sequence)


def _fact_row(heard: Heard) -> dict[str, Any]:
    one = heard.fact
    return {
        "call_id": one.call_id,
        "subject": one.subject,
        "step": one.step,
        "sequence": one.sequence,
        "account_id": one.account_id,
        "at": one.at,
        "seen_at": one.seen_at,
        "payload": heard.payload,
    }


def _call_row(record: CallRecord, told: Told) -> dict[str, Any]:
    return {
        "call_id": record.call_id,
        "account_id": record.account_id,
        "listed_at": listed_at(told),
        "state": record.state.value,
        "campaign_id": record.campaign_id,
        "buyer_id": record.buyer_id,
        "caller": None if record.caller is None else searchable(record.caller.text),
        "told": orjson.dumps(told).decode(),
    }


def searchable(caller: str) -> str:
    """The caller as it stands in the column: PostgreSQL's texts cannot hold a zero."""
    return caller.replace("\0", "")
