"""Facts reach the stream once, and readers once; what fails is tried again or put aside."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import MetaData, insert

from libs.contracts.calls import CallEnded, CallStatus
from libs.contracts.ids import CallId
from libs.contracts.streams import DEAD, EVENTS, TRACKING_CALLS
from libs.runtime.broker import Broker
from libs.runtime.consume import Consumer, Delivery
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement, Outbox, outbox_table
from libs.runtime.publish import MESSAGE_ID, publish
from libs.runtime.streams import declare_stream
from tests.kit.hosting import eventually
from tests.service.runtime.chassis import broker_at

TABLE = outbox_table(MetaData(schema="router"))
FACTS = {CallEnded.subject: CallEnded}


@dataclass
class Line:
    """A broker with its streams, and a database with an outbox."""

    broker: Broker
    database: Database
    url: str

    async def messages(self, stream: str) -> int:
        count: int = (await self.broker.jetstream.stream_info(stream)).state.messages
        return count

    def rows(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM router.outbox").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def line(nats_url: str, database_url: str) -> AsyncIterator[Line]:
    database = Database(database_url, "test")
    await database.open()
    async with broker_at(nats_url, "router") as broker:
        for stream in (EVENTS, DEAD):
            await declare_stream(broker, stream)
        yield Line(broker, database, database_url)
    await database.close()


def a_fact() -> CallEnded:
    now = datetime.now(UTC)
    return CallEnded(call_id=uuid4(), at=now, seen_at=now, status=CallStatus.COMPLETED)


def an_announcement() -> Announcement:
    fact = a_fact()
    return Announcement(fact.subject, fact.model_dump_json())


async def commit(line: Line, announcement: Announcement, age: timedelta = timedelta()) -> None:
    row = announcement.row()
    row["created_at"] -= age
    async with line.database.transaction() as connection:
        await connection.execute(insert(TABLE), [row])


async def test_a_committed_fact_is_relayed_and_forgotten(line: Line) -> None:
    outbox = Outbox(line.database, line.broker, TABLE)
    announcement = an_announcement()
    await commit(line, announcement)
    outbox.announce([announcement])
    await outbox.stop()
    assert (await line.messages("EVENTS"), line.rows()) == (1, 0)


async def test_what_a_crash_left_behind_is_swept_once_by_whoever_is_there(line: Line) -> None:
    announcement = an_announcement()
    await commit(line, announcement, age=timedelta(seconds=10))
    await publish(  # the crash came after this, and before the row was deleted
        line.broker,
        announcement.subject,
        announcement.payload.encode(),
        {MESSAGE_ID: str(announcement.id)},
        2.0,
    )
    sweepers = [Outbox(line.database, line.broker, TABLE) for _ in range(3)]
    assert await sweepers[0].oldest_age_seconds() > 5
    swept = await asyncio.gather(*(sweeper.sweep() for sweeper in sweepers))
    assert sum(swept) == 1
    assert (await line.messages("EVENTS"), line.rows()) == (1, 0)
    assert await sweepers[0].oldest_age_seconds() == 0


async def test_a_fact_waits_in_the_table_while_nats_is_away(line: Line) -> None:
    away = Outbox(line.database, Broker("nats://127.0.0.1:1", "router"), TABLE)
    announcement = an_announcement()
    await commit(line, announcement)
    away.announce([announcement])
    await away.stop()
    assert (await line.messages("EVENTS"), line.rows()) == (0, 1)


async def tell(line: Line, payload: bytes, subject: str = CallEnded.subject) -> None:
    await publish(line.broker, subject, payload, {MESSAGE_ID: str(uuid4())}, 2.0)


async def test_a_reader_pauses_while_what_it_needs_is_away_and_gives_nothing_up(
    line: Line,
) -> None:
    away = True
    tried = 0
    done: list[Delivery] = []

    async def handle(deliveries: Sequence[Delivery]) -> None:
        nonlocal tried
        tried += 1
        if away:
            raise psycopg.OperationalError("the database is away")
        done.extend(deliveries)

    async def probe() -> bool:
        return not away

    reader = Consumer(line.broker, TRACKING_CALLS, FACTS, handle, probe)
    await tell(line, a_fact().model_dump_json().encode())
    reader.start()

    async def has_tried() -> bool | None:
        return tried > 0 or None

    async def has_done() -> bool | None:
        return bool(done) or None

    await eventually(has_tried)
    tried_while_away = tried
    away = False
    await eventually(has_done)
    await reader.stop()
    assert (tried_while_away, len(done)) == (1, 1), "an absent database is probed, not hammered"
    assert await line.messages("DEAD") == 0


async def test_one_bad_fact_is_put_aside_and_its_neighbours_are_handled(line: Line) -> None:
    bad = a_fact()
    done: set[CallId] = set()

    async def handle(deliveries: Sequence[Delivery]) -> None:
        if any(delivery.fact.call_id == bad.call_id for delivery in deliveries):
            raise ValueError("this one never works")
        done.update(delivery.fact.call_id for delivery in deliveries)

    good = [a_fact() for _ in range(5)]
    for fact in (*good[:3], bad, *good[3:]):
        await tell(line, fact.model_dump_json().encode())
    await tell(line, b"no JSON at all")
    reader = Consumer(line.broker, TRACKING_CALLS, FACTS, handle)
    reader.start()

    async def two_are_dead() -> bool | None:
        return True if await line.messages("DEAD") == 2 else None

    await eventually(two_are_dead)
    await reader.stop()
    assert done == {fact.call_id for fact in good}
    aside = [await line.broker.jetstream.get_msg("DEAD", seq) for seq in (1, 2)]
    reasons = {(letter.headers or {})["Reason"] for letter in aside}
    assert any("never works" in reason for reason in reasons)
    assert any("cannot be read" in reason for reason in reasons)


async def test_a_deleted_durable_is_seen_and_made_again(line: Line) -> None:
    done: list[Delivery] = []

    async def handle(deliveries: Sequence[Delivery]) -> None:
        done.extend(deliveries)

    reader = Consumer(line.broker, TRACKING_CALLS, FACTS, handle)
    reader.start()

    async def healthy() -> bool | None:
        return reader.healthy or None

    await eventually(healthy)
    await line.broker.jetstream.delete_consumer(TRACKING_CALLS.stream, TRACKING_CALLS.name)
    await tell(line, a_fact().model_dump_json().encode())

    async def has_done() -> bool | None:
        return bool(done) or None

    await eventually(has_done)
    await reader.stop()
