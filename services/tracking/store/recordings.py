"""Recordings that the carrier still has: noted with the fold, deleted by the account's rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Integer, cast, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.contracts.tracking import CallRecord
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.tracking.domain.cells import Told
from services.tracking.domain.record import listed_at
from services.tracking.domain.recordings import account_of, at_carrier
from services.tracking.tables.filing import filing
from services.tracking.tables.recordings import recording, recording_rule

_KEY = (recording.c.account_id, recording.c.call_id, recording.c.recording_sid)
_NOTED = (*_KEY, recording.c.step, recording.c.account_sid, recording.c.listed_at)


def _note() -> Statement:
    rows = given("rows", *_NOTED)
    names = [each.name for each in _NOTED]
    return Statement(
        insert(recording)
        .from_select(names, select(*(rows.c[name] for name in names)))
        .on_conflict_do_nothing(),
        "recording.note",
    )


def _drop() -> Statement:
    rows = given("rows", *_KEY)
    key = tuple_(*_KEY)
    gone = select(*(rows.c[each.name] for each in _KEY))
    return Statement(delete(recording).where(key.in_(gone)), "recording.drop")


_NOTE, _DROP = _note(), _drop()


async def note(connection: AsyncConnection[Any], calls: Sequence[tuple[CallRecord, Told]]) -> None:
    """Note which recordings of these calls the carrier has, and which no more."""
    noted, dropped = [], []
    for call, told in calls:
        if not call.recordings or call.account_id == NOBODY:
            continue
        there, gone = at_carrier(told)
        key = {"account_id": call.account_id, "call_id": call.call_id}
        for sid, one in there.items():
            if account := account_of(one.url):
                place = {"account_sid": account, "listed_at": listed_at(told)}
                noted.append({**key, **place, "recording_sid": sid, "step": one.step})
        dropped += [{**key, "recording_sid": sid} for sid in gone]
    if noted:
        await _NOTE.run(connection, rows=written(noted))
    if dropped:
        await _DROP.run(connection, rows=written(dropped))


@dataclass(frozen=True, slots=True)
class Due:
    """A recording that is to be deleted; `known`: its call is not forgotten yet."""

    account_id: AccountId
    call_id: CallId
    recording_sid: str
    step: int
    account_sid: str
    known: bool


class Recordings:
    """The recordings of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, limit: int, again_after: timedelta) -> list[Due]:
        """Some of those that are kept longer than their accounts say; nobody else gets them."""
        async with self._database.transaction() as connection:
            rows = await connection.execute(_claim(limit, again_after))
            return [Due(*row) for row in rows]

    async def forget(self, one: Due) -> None:
        """A recording is deleted whose call is forgotten: nobody will say so."""
        key = (one.account_id, one.call_id, one.recording_sid)
        statement = delete(recording).where(
            *(column == value for column, value in zip(_KEY, key, strict=True)),
            recording.c.account_id == one.account_id,
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)


def _claim(limit: int, again_after: timedelta) -> Any:
    days = cast(recording_rule.c.document["keep_days"].astext, Integer)
    old = func.now() - func.make_interval(0, 0, 0, days)
    due = (
        select(*_KEY)
        .join(recording_rule, recording_rule.c.account_id == recording.c.account_id)
        .where(
            ~recording_rule.c.retired,
            recording.c.listed_at < old,
            recording.c.try_at <= func.now(),
        )
        .order_by(recording.c.try_at)
        .limit(limit)
        .with_for_update(of=recording, skip_locked=True)
    )
    known = select(filing.c.call_id).where(filing.c.call_id == recording.c.call_id).exists()
    return (
        update(recording)
        .where(tuple_(*_KEY).in_(due))
        .values(try_at=func.now() + again_after)
        .returning(*_KEY, recording.c.step, recording.c.account_sid, known)
    )
