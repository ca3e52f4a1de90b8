"""Calls are filed by month: what is heard late finds its place, and what is old goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from alembic import command

from libs.contracts.calls import CallStatus, Fact
from libs.contracts.tracking import CallDetail, CallState, GetCall, ListCalls
from libs.runtime.database import Database
from libs.runtime.migrations import config_of
from services.tracking.desk.calls import Desk
from services.tracking.desk.periods import PeriodsDesk
from services.tracking.domain.call import Heard
from services.tracking.domain.filing import next_month
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.store.periods import Periods
from tests.kit.facts import ACCOUNT, CallStory
from tests.kit.postgres import Databases

KEPT = timedelta(days=100)


@dataclass
class Calendar:
    """A clock that the test sets."""

    today: date

    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)


@dataclass
class Archive:
    """Tracking without its broker, on a day that the test chooses."""

    database: Database
    calendar: Calendar

    @property
    def desk(self) -> Desk:
        return Desk(Journal(self.database, self.calendar), Calls(self.database))

    async def hear(self, *facts: Fact) -> None:
        await self.desk.keep([Heard(fact, fact.model_dump_json()) for fact in facts])

    async def look_after(self) -> None:
        await PeriodsDesk(Periods(self.database), self.calendar, KEPT).keep()

    async def detail(self, story: CallStory) -> CallDetail | None:
        return await self.desk.call(GetCall(account_id=ACCOUNT, call_id=story.call_id))

    async def count(self, query: str) -> int:
        async with self.database.hot() as connection:
            row = await (await connection.execute(query)).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def archive(databases: Databases) -> AsyncIterator[Archive]:
    async with opened(databases.fresh("tracking")) as made:
        yield made


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Archive]:
    database = Database(url, application_name="test")
    await database.open()
    yield Archive(database, Calendar(datetime.now(UTC).date()))
    await database.close()


def months_later(day: date, count: int) -> date:
    for _ in range(count):
        day = next_month(day)
    return day


async def test_a_late_fact_finds_the_month_of_its_call(archive: Archive) -> None:
    story = CallStory()
    arrived, routed = story.arrived(), story.routed()
    await archive.hear(arrived, routed)

    archive.calendar.today = months_later(archive.calendar.today, 2)
    await archive.look_after()
    await archive.hear(arrived, story.leg_ended(bridged=True, seconds=40), story.ended())
    younger = CallStory()
    await archive.hear(younger.arrived(), younger.routed())

    detail = await archive.detail(story)
    assert detail is not None
    assert (len(detail.timeline), detail.call.state) == (4, CallState.COMPLETED)
    assert await archive.count("SELECT count(*) FROM tracking.call") == 2
    this_month = f"tracking.call_{archive.calendar.today:%Y_%m}"
    assert await archive.count(f"SELECT count(*) FROM {this_month}") == 1
    assert len((await archive.desk.list_calls(ListCalls(account_id=ACCOUNT))).calls) == 2


async def test_without_new_periods_the_last_goes_on(archive: Archive) -> None:
    archive.calendar.today = months_later(archive.calendar.today, 30)
    story = CallStory()
    await archive.hear(story.arrived(), story.routed())
    await archive.look_after()
    await archive.hear(story.ended(CallStatus.COMPLETED))
    detail = await archive.detail(story)
    assert detail is not None
    assert len(detail.timeline) == 3


async def test_whole_months_go_when_they_were_kept_long_enough(archive: Archive) -> None:
    old, young = CallStory(), CallStory()
    await archive.look_after()
    await archive.hear(old.arrived(), old.routed())
    archive.calendar.today = months_later(archive.calendar.today, 3)
    await archive.look_after()
    await archive.hear(young.arrived(), young.routed())
    assert await archive.detail(old) is not None

    archive.calendar.today = months_later(archive.calendar.today, 3)
    await archive.look_after()

    assert await archive.detail(old) is None
    assert await archive.detail(young) is not None
    for table in ("fact", "call", "filing"):
        query = f"SELECT count(*) FROM tracking.{table} WHERE call_id = '{old.call_id}'"
        assert await archive.count(query) == 0
    again = old.ended()
    await archive.hear(again)  # begins a call of its own, and is no fault


async def test_many_look_after_the_periods_at_once(archive: Archive) -> None:
    archive.calendar.today = months_later(archive.calendar.today, 5)
    await asyncio.gather(*(archive.look_after() for _ in range(4)))
    known = await archive.count("SELECT count(*) FROM tracking.filing_period")
    await archive.look_after()
    assert await archive.count("SELECT count(*) FROM tracking.filing_period") == known


OLD_BEGIN = (
    "INSERT INTO tracking.call (call_id, account_id, listed_at, state, told)"
    " VALUES (%s, %s, now(), 'ringing', '{\"least\":{},\"greatest\":{}}') ON CONFLICT DO NOTHING"
)
OLD_FACT = (
    "INSERT INTO tracking.fact (call_id, subject, step, sequence, account_id, at, seen_at, payload)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING call_id"
)
"""What the code of before said, word for word."""


def by_old_code(url: str, fact: Fact) -> bool:
    """Keep a fact as the code of before did; whether it was new."""
    with psycopg.connect(url) as connection:
        key = (fact.call_id, fact.subject, fact.step, fact.sequence, fact.account_id)
        rest = (fact.at, fact.seen_at, fact.model_dump_json())
        new = connection.execute(OLD_FACT, (*key, *rest)).fetchall()
        connection.execute(OLD_BEGIN, (fact.call_id, ACCOUNT))
        lock = "SELECT told FROM tracking.call WHERE call_id = %s FOR UPDATE"
        assert len(connection.execute(lock, [fact.call_id]).fetchall()) == 1
        return bool(new)


async def test_calls_move_into_periods_while_code_of_before_goes_on(databases: Databases) -> None:
    url = databases.empty()
    config = config_of("tracking", url)
    command.upgrade(config, "0002")
    before, between = CallStory(), CallStory()
    arrived = before.arrived(account_id=ACCOUNT)
    by_old_code(url, arrived)

    command.upgrade(config, "head")

    assert not by_old_code(url, arrived)
    began = between.arrived(account_id=ACCOUNT)
    assert by_old_code(url, began)
    async with opened(url) as archive:
        archive.calendar.today = months_later(archive.calendar.today, 2)
        await archive.look_after()
        for story, first in ((before, arrived), (between, began)):
            await archive.hear(first, story.routed())
            assert not by_old_code(url, first)
            detail = await archive.detail(story)
            assert detail is not None
            assert len(detail.timeline) == 2
        assert await archive.count("SELECT count(*) FROM tracking.call") == 2
