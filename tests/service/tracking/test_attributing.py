"""Whose a call is: asked while it comes in, else found out afterwards, whatever comes first."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import permutations, product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from libs.contracts.calls import Fact
from libs.contracts.ids import AccountId, CallId
from libs.contracts.tracking import CallRecord, GetCall
from libs.contracts.visits import Attribution, Confidence, Ground, VisitOf
from libs.runtime.ask import Refused
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.outbox import Outbox
from libs.runtime.publish import MESSAGE_ID, publish
from services.tracking.desk.attributing import AttributingDesk
from services.tracking.desk.forgetting import ForgettingDesk
from services.tracking.store.attributions import Attributions
from services.tracking.store.forgetting import Forgetting
from services.tracking.store.numbers import Numbers
from services.tracking.tables.configured import outbox as outbox_rows
from tests.kit.facts import ACCOUNT, CallStory
from tests.kit.hosting import eventually
from tests.kit.postgres import Databases
from tests.service.tracking.websites import Websites, a_tag, numbers_of, open_websites

HER, HIM = "visitor-her", "visitor-him"
TOLD = Attribution(ground=Ground.HELD, confidence=Confidence.CERTAIN, visitor="told-to-the-router")
UNTOLD = Attribution(ground=Ground.UNANSWERED, confidence=Confidence.UNKNOWN)


@pytest.fixture
async def sites(nats_url: str, databases: Databases) -> AsyncIterator[Websites]:
    async with open_websites(nats_url, databases.fresh("tracking")) as sites:
        yield sites


async def visit_of(sites: Websites, dialled: str, account_id: AccountId = ACCOUNT) -> Attribution:
    question = VisitOf(account_id=account_id, call_id=CallId(uuid4()), dialled=dialled)
    found: Attribution = await sites.ask(question)
    return found


def later(sites: Websites, seconds: int) -> None:
    """Let time pass for all visits and leases."""
    gone = f"interval '{seconds} seconds'"
    with psycopg.connect(sites.url) as connection:
        for statement in (
            f"update tracking.visit set began_at = began_at - {gone}, until = until - {gone}",
            f"update tracking.line set until = until - {gone}, free_at = free_at - {gone}, "
            "sticky_until = null, visitor = null",
        ):
            connection.execute(statement)


async def test_the_holder_is_sure_then_likely_then_forgotten(sites: Websites) -> None:
    tag = await sites.pooled(
        1, idle_seconds=100, cooldown_seconds=50, remembered_seconds=500, tags={"site": "roofs"}
    )
    hers = await sites.visit(tag, HER, parameters={"utm_source": "google"})
    for seconds, ground, confidence in (
        (0, Ground.HELD, Confidence.CERTAIN),
        (110, Ground.COOLING, Confidence.LIKELY),
        (100, Ground.REMEMBERED, Confidence.LIKELY),
        (500, Ground.NONE, Confidence.UNKNOWN),
    ):
        later(sites, seconds)
        found = await visit_of(sites, hers["number"])
        assert (found.ground, found.confidence) == (ground, confidence)
    his = await sites.visit(tag, HIM)
    found = await visit_of(sites, his["number"])
    assert (his["number"], found.visitor) == (hers["number"], HIM)
    assert (await visit_of(sites, his["number"], AccountId(uuid4()))).ground is Ground.NONE


async def test_shared_and_static_numbers_tell_their_source(sites: Websites) -> None:
    shared, static, other = numbers_of(3, None)
    tag = await sites.pooled(
        1, shared, static, other, shared_number_id=shared.number_id, tags={"site": "a"}
    )
    await sites.save(a_tag(None, number_id=static.number_id, tags={"site": "b"}))
    await sites.visit(tag, HER)
    await sites.visit(tag, HIM)
    found = [await visit_of(sites, one.number) for one in (shared, static, other)]
    assert [one.ground for one in found] == [Ground.SHARED, Ground.STATIC, Ground.NONE]
    assert [one.tags for one in found] == [{"site": "a"}, {"site": "b"}, {}]
    assert all(one.visit_id is None for one in found)


async def test_what_the_router_was_told_counts_else_what_is_found(sites: Websites) -> None:
    tag = await sites.pooled(1, tags={"site": "roofs"})
    hers = await sites.visit(tag, HER, parameters={"utm_source": "google"})
    database = Database(sites.url, "tests")
    await database.open()
    attributions, outbox = Attributions(database), Outbox(database, sites.broker, outbox_rows)
    outbox.start()
    desk = AttributingDesk(attributions, Numbers(database), outbox, SystemClock())
    orders = permutations(range(3))
    untold: list[CallStory] = []
    for answered, facts in product([TOLD, UNTOLD, None], orders):
        story = CallStory(began_at=datetime.now(UTC) + timedelta(seconds=1))
        told: list[Any] = [
            story.arrived(dialled=hers["number"]),
            story.routed(attribution=answered),
            story.routed(step=1),
        ]
        await desk.keep([told[at] for at in facts])
        await desk.keep(told)  # twice is once
        found = await attributions.of_call(ACCOUNT, story.call_id)
        assert found is not None
        assert found.visitor == ("told-to-the-router" if answered is TOLD else HER)
        if answered is not TOLD:
            untold.append(story)
    for story in untold:  # asked or not, what is found becomes a fact, in any order
        call = await eventually(partial(brought, sites, story))
        assert (call.origin.visit_id, call.origin.source) == (UUID(hers["visit"]), "google")
        assert call.tags["site"] == "roofs"
    await outbox.stop()
    await database.close()


async def brought(sites: Websites, story: CallStory) -> CallRecord | None:
    """A call once it is known what brought it."""
    try:
        found = await sites.ask(GetCall(account_id=ACCOUNT, call_id=story.call_id))
    except Refused:
        return None
    return found.call if found.call.origin.source else None


async def say(sites: Websites, facts: Sequence[Fact]) -> None:
    """Publish facts as the services do."""
    for fact in facts:
        said = fact.model_dump_json().encode()
        await publish(sites.broker, fact.subject, said, {MESSAGE_ID: fact.key}, 5)


async def test_a_call_of_which_the_router_was_not_told_gets_its_source(sites: Websites) -> None:
    tag = await sites.pooled(1)
    hers = await sites.visit(tag, HER, parameters={"utm_source": "bing"})
    silent, told, untold, alone = (CallStory(began_at=datetime.now(UTC)) for _ in range(4))
    for story, answered in ((told, TOLD), (silent, None), (untold, UNTOLD)):
        facts = [story.arrived(dialled=hers["number"]), story.routed(attribution=answered)]
        await say(sites, facts)
    await say(sites, [alone.arrived(dialled=hers["number"]), alone.fell_back()])
    for story in (untold, silent, alone):
        call = await eventually(partial(brought, sites, story))
        assert (call.origin.source, call.tags["utm_source"]) == ("bing", "bing")
    first = await sites.ask(GetCall(account_id=ACCOUNT, call_id=told.call_id))
    assert first.call.origin.source == "", "the router's own word outweighs"


async def test_a_household_fills_no_table_with_visits(sites: Websites) -> None:
    (static,) = numbers_of(1, None)
    sites.tell(static)
    tag = await sites.save(a_tag(None, number_id=static.number_id, leases_per_minute=3))
    shown = [await sites.visit(tag, f"visitor-{at}") for at in range(6)]
    assert {one["number"] for one in shown} == {static.number}
    assert [one["visit"] is not None for one in shown] == [True] * 3 + [False] * 3


async def test_old_visits_are_forgotten(sites: Websites) -> None:
    tag = await sites.pooled(2)
    await sites.visit(tag, HER)
    later(sites, 3 * 86_400)
    await sites.visit(tag, HIM)
    database = Database(sites.url, "tests")
    await database.open()
    await ForgettingDesk(Forgetting(database), timedelta(days=2), timedelta(days=60)).forget()
    await database.close()
    with psycopg.connect(sites.url) as connection:
        rows = connection.execute("select visitor from tracking.visit").fetchall()
    assert rows == [(HIM,)]
