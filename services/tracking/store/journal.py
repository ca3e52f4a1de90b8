"""Writing down facts and what they fold to, for all accounts at once.

This is the consumer's store, and the one whose statements are not scoped to an
account: a fact's call is known before its account is.  Every row of a call lies in the
partition under which the call is filed, so that a fact heard a month late finds the same place.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlalchemy import Date, Text, cast, column, func, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam

from libs.contracts.adjusting import AdjustParty
from libs.contracts.ids import NOBODY, AccountId, CallId
from libs.contracts.postbacks import Postback
from libs.contracts.tracking import CallRecord, CallState
from libs.runtime.clock import Clock
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, read, written
from libs.runtime.inbox import read_from, remember, unnested
from libs.runtime.outbox import Announcement
from services.tracking.domain.call import Heard
from services.tracking.domain.cells import Told
from services.tracking.domain.firing import Fired
from services.tracking.domain.record import listed_at
from services.tracking.store import (
    archive,
    ledger,
    parties,
    postbacks,
    quality,
    recordings,
    tallies,
)
from services.tracking.store.firing import fire
from services.tracking.tables.calls import call, fact
from services.tracking.tables.configured import outbox
from services.tracking.tables.filing import filing, filing_period

_IDS = bindparam("ids", type_=ARRAY(call.c.call_id.type))
_PERIODS = bindparam("periods", type_=ARRAY(call.c.filed_on.type))
_NEWEST = (
    select(func.max(filing_period.c.begins))
    .where(filing_period.c.begins <= bindparam("today", type_=Date()))
    .scalar_subquery()
)
_NEW = func.unnest(_IDS).table_valued(column("call_id", call.c.call_id.type), name="new")
_FILED_BEFORE = select(filing.c.call_id, filing.c.filed_on).where(
    filing.c.call_id == func.any(_IDS)
)
_FILED_NOW = (
    insert(filing)
    .from_select(["call_id", "filed_on"], select(_NEW.render_derived().c.call_id, _NEWEST))
    .on_conflict_do_nothing()
    .returning(filing.c.call_id, filing.c.filed_on)
    .cte("now")
)
_FILE = Statement(union_all(select(*_FILED_NOW.c), _FILED_BEFORE), "call.file")
"""Calls that were never heard of get their period; who is second waits for the first, and then has
to look again (`_FILED`)."""

_FILED = Statement(_FILED_BEFORE, "call.filed")
_PLACES = unnested(call.c.call_id, call.c.filed_on)
_BEGIN = Statement(
    insert(call)
    .from_select(
        ["call_id", "filed_on", "account_id", "listed_at", "state", "told"],
        select(
            _PLACES.c.call_id,
            _PLACES.c.filed_on,
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
    .where(call.c.call_id == func.any(_IDS), call.c.filed_on == func.any(_PERIODS))
    .order_by(call.c.call_id)
    .with_for_update(),
    "call.lock",
)
_OF = Statement(
    select(call.c.call_id)
    .join(filing, (filing.c.call_id == call.c.call_id) & (filing.c.filed_on == call.c.filed_on))
    .where(
        call.c.account_id == bindparam("account_id", type_=call.c.account_id.type),
        call.c.call_id == bindparam("call_id", type_=call.c.call_id.type),
    ),
    "call.of",
)
_ANNOUNCED = unnested(*outbox.columns)
_ANNOUNCE = Statement(
    insert(outbox).from_select(
        [each.name for each in outbox.columns], select(*read_from(_ANNOUNCED, *outbox.columns))
    ),
    "outbox.announce",
)
_KEY = (call.c.call_id, call.c.filed_on)
_VALUES = (
    call.c.account_id,
    call.c.listed_at,
    call.c.state,
    call.c.campaign_id,
    call.c.buyer_id,
    call.c.caller,
    call.c.status,
    call.c.sub_status,
    call.c.hung_up_by,
    call.c.duplicate,
    call.c.ring_seconds,
    call.c.talk_seconds,
    call.c.told,
)
_GIVEN = given("calls", *_KEY, *_VALUES)
_SAVE = Statement(
    update(call)
    .where(call.c.call_id == _GIVEN.c.call_id, call.c.filed_on == _GIVEN.c.filed_on)
    .values({each: read(_GIVEN, each) for each in _VALUES}),
    "call.save",
)


class Journal:
    """Where facts are written down."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._labels = tallies.Labels()

    @asynccontextmanager
    async def entry(self) -> AsyncIterator["Entry"]:
        """Write something down: all of it or nothing."""
        async with self._database.hot() as connection, connection.transaction():
            entry = Entry(connection, self._clock.now(), self._labels)
            yield entry
        self._labels.learn(entry.named)


class Entry:
    """One transaction of the journal."""

    def __init__(
        self, connection: AsyncConnection[Any], now: datetime, labels: tallies.Labels
    ) -> None:
        self.connection = self._connection = connection
        self._labels = labels
        self.named: dict[tuple[str, str, str], str] = {}
        self._now = now
        self._filed_on: dict[CallId, date] = {}

    async def remember(self, heard: Sequence[Heard]) -> list[Heard]:
        """Keep facts; give those that are new, each once."""
        await self._file({one.fact.call_id for one in heard})
        by_key = {self._key(one): one for one in reversed(heard)}  # of two with one key, the first
        rows = [self._fact_row(one) for one in by_key.values()]
        new = await remember(self._connection, fact, rows)
        return [by_key[key] for key in new]

    async def lock(self, call_ids: Sequence[CallId]) -> Mapping[CallId, Told]:
        """What was told of these calls so far; nobody else adds to it until we are done.

        The calls are those of facts that were remembered.  Rows are made and locked in the order
        of their keys, so that two consumers wait for each other and never in a circle.
        """
        ids = sorted(call_ids)
        periods = [self._filed_on[call_id] for call_id in ids]
        await _BEGIN.run(self._connection, call_id=ids, filed_on=periods)
        rows = await _LOCK.run(self._connection, ids=ids, periods=self._periods(ids))
        return {call_id: Told(**orjson.loads(told)) for call_id, told in rows}

    async def save(self, calls: Sequence[tuple[CallRecord, Told]]) -> None:
        """Replace what was told of these calls, and what they count for in reports."""
        of_calls = [(call, datetime.fromisoformat(listed_at(told))) for call, told in calls]
        names = self._labels.new([call for call, _ in calls])
        async with self._connection.pipeline():  # none of these waits for the one before
            rows = written(self._call_row(record, told) for record, told in calls)
            await _SAVE.run(self._connection, calls=rows)
            await tallies.count(self._connection, self._filed_on, of_calls)
            await parties.note(self._connection, self._filed_on, of_calls)
            await recordings.note(self._connection, calls)
            await quality.note(self._connection, [call for call, _ in calls], self._now)
            await tallies.name(self._connection, names)
        await ledger.book(self._connection, of_calls, self._now)
        self.named.update(names)

    async def misbooked(self, calls: Sequence[tuple[CallRecord, Told]]) -> set[CallId]:
        """The calls of which the books say something else than they came to."""
        of_calls = [(call, datetime.fromisoformat(listed_at(told))) for call, told in calls]
        return await ledger.misbooked(self._connection, of_calls)

    async def reopen(self, call_ids: Sequence[CallId]) -> Mapping[CallId, Told]:
        """What was told of calls that were filed before; they are locked until we are done."""
        await self._file(set(call_ids))
        return await self.lock(call_ids)

    async def heard(self, call_ids: Sequence[CallId]) -> list[tuple[CallId, str, str]]:
        """All that was heard of these calls: call, subject, and the very text."""
        return await archive.heard(self._connection, call_ids, self._periods(call_ids))

    async def counted(self, call_ids: Sequence[CallId]) -> list[dict[str, Any]]:
        """What these calls count for now, line by line."""
        return await archive.counted(self._connection, call_ids, self._periods(call_ids))

    async def parties(self, call_ids: Sequence[CallId]) -> Mapping[CallId, set[tuple[str, UUID]]]:
        """Who is known to have a part in these calls."""
        return await parties.known(self._connection, call_ids, self._periods(call_ids))

    async def unread(self, call_ids: Sequence[CallId]) -> set[CallId]:
        """Which of these were last saved before calls had a status to be found by."""
        return await archive.unread(self._connection, call_ids, self._periods(call_ids))

    def _periods(self, call_ids: Sequence[CallId]) -> list[date]:
        return sorted({self._filed_on[call_id] for call_id in call_ids})

    async def _file(self, call_ids: set[CallId]) -> None:
        ids = sorted(call_ids)
        filed = await _FILE.run(self._connection, ids=ids, today=self._now.date())
        if len(filed) < len(ids):
            filed = await _FILED.run(self._connection, ids=ids)
        self._filed_on.update(filed)

    async def is_of(self, account_id: AccountId, call_id: CallId) -> bool:
        """Whether the account has this call."""
        return bool(await _OF.run(self._connection, account_id=account_id, call_id=call_id))

    async def take_postback(self, account_id: AccountId, one: Postback) -> bool:
        """Keep a postback with the entry; False where its conversion had been kept before."""
        return await postbacks.take(self._connection, account_id, one)

    async def announce(self, announcement: Announcement) -> None:
        """Have a fact told that commits with the entry."""
        row = announcement.row()
        row["headers"] = orjson.dumps(row["headers"]).decode()
        await _ANNOUNCE.run(self._connection, **{name: [value] for name, value in row.items()})

    async def balance(
        self, account_id: AccountId, book: str, party: str, currency: str
    ) -> int | None:
        """What a party owes, nothing in a new currency; None where there were no dealings."""
        return await ledger.balance_of(self._connection, account_id, book, party, currency)

    async def book_beside(self, question: AdjustParty, posting: UUID, amount: int) -> None:
        """Book an amount with a party that no call has caused."""
        await ledger.book_beside(self._connection, question, posting, amount, self._now)

    async def fire(self, all_fired: Sequence[Fired]) -> None:
        """Have pixels told that calls have reached these points."""
        if all_fired:
            await fire(self._connection, all_fired)

    def _key(self, heard: Heard) -> tuple[Any, ...]:
        """The natural key, as the table has it."""
        one = heard.fact
        return (one.call_id, self._filed_on[one.call_id], one.subject, one.step, one.sequence)

    def _fact_row(self, heard: Heard) -> dict[str, Any]:
        one = heard.fact
        return {
            "call_id": one.call_id,
            "filed_on": self._filed_on[one.call_id],
            "subject": one.subject,
            "step": one.step,
            "sequence": one.sequence,
            "account_id": one.account_id,
            "at": one.at,
            "seen_at": one.seen_at,
            "payload": heard.payload,
        }

    def _call_row(self, record: CallRecord, told: Told) -> dict[str, Any]:
        return {
            "call_id": record.call_id,
            "filed_on": self._filed_on[record.call_id],
            "account_id": record.account_id,
            "listed_at": listed_at(told),
            "state": record.state.value,
            "campaign_id": record.campaign_id,
            "buyer_id": record.buyer_id,
            "caller": None if record.caller is None else searchable(record.caller.text),
            "status": record.status,
            "sub_status": record.sub_status,
            "hung_up_by": record.hung_up_by,
            "duplicate": record.duplicate,
            "ring_seconds": record.ring_seconds,
            "talk_seconds": record.talk_seconds,
            "told": orjson.dumps(told).decode(),
        }


def searchable(caller: str) -> str:
    """The caller as it stands in the column: PostgreSQL's texts cannot hold a zero."""
    return caller.replace("\0", "")
