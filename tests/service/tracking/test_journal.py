"""Two that write down facts of one call at the same time both count."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from libs.contracts.calls import Fact
from libs.contracts.tracking import CallRecord, GetCall
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from services.tracking.desk.calls import Desk
from services.tracking.domain.call import Heard, fold
from services.tracking.domain.record import record_of
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from tests.kit.facts import ACCOUNT, BUYER, CALLER, CallStory
from tests.kit.postgres import Databases

LONG_ENOUGH_SECONDS = 0.1  # for the second to be done if nothing made it wait


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(databases.fresh("tracking"), application_name="test")
    await made.open()
    yield made
    await made.close()


def heard(fact: Fact) -> Heard:
    return Heard(fact, fact.model_dump_json())


async def known(desk: Desk, story: CallStory) -> CallRecord:
    detail = await desk.call(GetCall(account_id=ACCOUNT, call_id=story.call_id))
    assert detail is not None
    return detail.call


@pytest.mark.parametrize("is_new", [True, False])
async def test_the_second_waits_for_the_first(database: Database, is_new: bool) -> None:
    story = CallStory()
    journal = Journal(database, SystemClock())
    desk = Desk(journal, Calls(database))
    first, second = heard(story.arrived()), heard(story.routed())
    if not is_new:
        await desk.keep([heard(story.ringing())])

    async with journal.entry() as entry:
        await entry.remember([first])
        told = (await entry.lock([story.call_id]))[story.call_id]
        waiting = asyncio.create_task(desk.keep([second]))
        await asyncio.sleep(LONG_ENOUGH_SECONDS)
        assert not waiting.done()
        now = fold(told, [first.fact])
        await entry.save([(record_of(story.call_id, now), now)])
    await waiting

    record = await known(desk, story)
    assert (record.caller, record.buyer_id) == (CALLER, BUYER)


async def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    story = CallStory()
    desk = Desk(Journal(database, SystemClock()), Calls(database))
    routed = heard(story.routed())
    with pytest.raises(asyncio.CancelledError):
        await interrupted(Journal(database, SystemClock()), routed)

    await desk.keep([routed])

    assert (await known(desk, story)).buyer_id == BUYER


async def interrupted(journal: Journal, told: Heard) -> None:
    async with journal.entry() as entry:
        await entry.remember([told])
        await entry.lock([told.fact.call_id])
        raise asyncio.CancelledError


async def test_of_two_facts_with_one_key_the_first_counts(database: Database) -> None:
    story = CallStory()
    desk = Desk(Journal(database, SystemClock()), Calls(database))
    told = story.routed()
    contradiction = told.model_copy(update={"buyer_id": None})

    await desk.keep([heard(told), heard(contradiction)])
    await desk.keep([heard(contradiction)])

    assert (await known(desk, story)).buyer_id == BUYER
