"""A partner that is down, or slow, is told all the same; and delays nobody else."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
import pytest

from deploy.local.bidders import Heard, Play, PlayedBidders
from libs.contracts.calls import Fact
from libs.contracts.ids import AccountId
from libs.contracts.pixels import FirePoint, Pixel
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.fetch import Fetch
from libs.runtime.seal import Seal
from services.tracking.desk.calls import Desk
from services.tracking.desk.periods import PeriodsDesk
from services.tracking.desk.posting import OF_ONE_HOST_MAX, PostingDesk
from services.tracking.domain.call import Heard as Told
from services.tracking.domain.keys import Keys
from services.tracking.domain.postback import host_of
from services.tracking.store.calls import Calls
from services.tracking.store.deliveries import BROKEN_AFTER, Deliveries
from services.tracking.store.journal import Journal
from services.tracking.store.periods import Periods
from services.tracking.store.saved_reports import SavedReports
from tests.kit.facts import ACCOUNT, CallStory
from tests.kit.postgres import Databases

CALLS = 30
HOUR = timedelta(hours=1)


class HandClock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, by: timedelta) -> None:
        self._ahead += by


class Post:
    """A posting desk on a real database, with played partners."""

    def __init__(self, url: str, stack: AsyncExitStack) -> None:
        self.database_url, self._stack = url, stack
        self.clock = HandClock()
        self.database = Database(url, "tests")
        seal = Seal("a secret of the tests", "tests")
        self.deliveries = Deliveries(self.database, seal)
        self.saved_reports = SavedReports(self.database, seal)
        self.calls = Calls(self.database)
        self.fold = Desk(Journal(self.database, SystemClock()), self.calls)
        self.fetch = Fetch(allow_private=True)

    async def open(self) -> None:
        await self.database.open()
        self._stack.push_async_callback(self.database.close)
        await self.fetch.open()
        self._stack.push_async_callback(self.fetch.close)
        periods = PeriodsDesk(Periods(self.database), self.clock, timedelta(days=60))
        await periods.keep()

    def desk(self) -> PostingDesk:
        desk = PostingDesk(
            self.deliveries,
            self.saved_reports,
            self.calls,
            self.fetch,
            self.clock,
            Keys("a secret"),
        )
        self._stack.push_async_callback(desk.stop)
        return desk

    async def partner(self, path: str, play: Play | Any) -> PlayedBidders:
        server = PlayedBidders({path: play})
        await server.start()
        self._stack.push_async_callback(server.stop)
        return server

    async def pixel(self, server: PlayedBidders, path: str, **more: Any) -> Pixel:
        given = {
            "id": uuid4(),
            "name": path,
            "fire_on": (FirePoint.INCOMING,),
            "method": "GET",
            "url": f"{server.url}{path}?call={{call_id}}&at={{timestamp}}",
        }
        pixel = Pixel.model_validate({**given, **more})
        await self.deliveries.meet((ACCOUNT, host_of(pixel)))
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(
                "INSERT INTO tracking.pixel (account_id, id, version, document) "
                "VALUES (%s, %s, 1, %s)",
                (ACCOUNT, pixel.id, pixel.model_dump_json()),
            )
        return pixel

    async def arrive(self, count: int) -> None:
        facts: list[Fact] = []
        for _ in range(count):
            story = CallStory()
            facts += [story.arrived(), story.routed()]
        await self.tell(facts)

    async def tell(self, facts: Sequence[Fact]) -> None:
        await self.fold.keep([Told(fact, fact.model_dump_json()) for fact in facts])

    def states(self) -> dict[str, int]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT state, count(*) FROM tracking.delivery GROUP BY state"
            ).fetchall()
        return dict(rows)


@pytest.fixture
async def post(databases: Databases) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        post = Post(databases.fresh("tracking"), stack)
        await post.open()
        yield post


async def test_a_partner_that_is_down_for_an_hour_is_told_everything(post: Post) -> None:
    """Each postback arrives at least once, with one id; once only where it answered 2xx."""
    began = post.clock.now()

    def down_for_an_hour(_: Heard) -> Play:
        down = post.clock.now() - began < HOUR
        return Play(status=500) if down else Play(b"thanks")

    down = await post.partner("/down", down_for_an_hour)
    well = await post.partner("/well", Play(b"thanks"))
    await post.pixel(down, "/down")
    await post.pixel(well, "/well")
    await post.arrive(CALLS)
    desk = post.desk()
    rounds = 0
    while post.states() != {"delivered": 2 * CALLS}:
        while await desk.round():
            await desk.idle()
        if not rounds:  # the other partner has heard everything at once
            assert len(well.asked("/well")) == CALLS
            assert len(down.asked("/down")) <= BROKEN_AFTER + OF_ONE_HOST_MAX
        post.clock.forward(timedelta(minutes=1))
        rounds += 1
        assert rounds < 1_000, post.states()

    assert HOUR <= post.clock.now() - began < 4 * HOUR
    ids: dict[str, set[str]] = {}
    for one in down.asked("/down"):
        ids.setdefault(one.target, set()).add(one.headers["webhook-id"])
    assert len(ids) == CALLS  # byte for byte the same address with every try
    assert all(len(found) == 1 for found in ids.values())
    assert len({found.pop() for found in ids.values()}) == CALLS
    assert len(down.asked("/down")) > CALLS
    assert set(Counter(one.target for one in well.asked("/well")).values()) == {1}
    with psycopg.connect(post.database_url, autocommit=True) as connection:
        taken = connection.execute(
            "SELECT delivery_id, count(*) FROM tracking.attempt "
            "WHERE answer->>'status' = '200' GROUP BY 1"
        ).fetchall()
    assert len(taken) == 2 * CALLS
    assert {count for _, count in taken} == {1}


async def test_a_partner_that_answers_500_for_a_day_is_given_up_and_can_be_told_again(
    post: Post,
) -> None:
    server = await post.partner("/broken", Play(b"no", status=500))
    await post.pixel(server, "/broken")
    await post.arrive(1)
    began, desk = post.clock.now(), post.desk()
    while post.states() != {"dead": 1}:
        while await desk.round():
            await desk.idle()
        assert post.clock.now() - began < 48 * HOUR, post.states()
        post.clock.forward(timedelta(minutes=30))
    assert post.clock.now() - began > 20 * HOUR
    tries = server.asked("/broken")
    assert len(tries) == 20
    assert len({one.headers["webhook-id"] for one in tries}) == 1


async def p99_of(post: Post, heard_at: dict[str, float]) -> float:
    """How long after its call one in a hundred postbacks comes, or later; in ms."""
    desk = post.desk()
    desk.start()
    began: dict[str, float] = {}
    for _ in range(100):
        story = CallStory()
        began[str(story.call_id)] = time.perf_counter()
        await post.tell([story.arrived(), story.routed()])
        await asyncio.sleep(0.02)
    give_up_at = time.perf_counter() + 10
    while not began.keys() <= heard_at.keys():
        assert time.perf_counter() < give_up_at, "some never came"
        await asyncio.sleep(0.01)
    await desk.stop()
    took = [(heard_at[call_id] - at) * 1_000 for call_id, at in began.items()]
    return statistics.quantiles(took, n=100)[98]


async def test_a_slow_partner_delays_no_other(post: Post) -> None:
    heard_at: dict[str, float] = {}

    def well_now(one: Heard) -> Play:
        heard_at[parse_qs(urlsplit(one.target).query)["call"][0]] = time.perf_counter()
        return Play(b"thanks")

    well = await post.partner("/well", well_now)
    await post.pixel(well, "/well")
    alone = await p99_of(post, heard_at)
    slow = await post.partner("/slow", Play(delay_ms=30_000))
    for _ in range(3):
        await post.pixel(slow, "/slow")
    beside = await p99_of(post, heard_at)
    print(f"p99 of a postback: {alone:.0f} ms alone, {beside:.0f} ms beside a partner who hangs")
    assert len(slow.asked("/slow")) == OF_ONE_HOST_MAX
    assert beside < 2 * alone + 100


async def test_two_processes_never_send_one_twice(post: Post) -> None:
    well = await post.partner("/well", Play(b"thanks"))
    await post.pixel(well, "/well")
    await post.arrive(CALLS)
    desks = [post.desk() for _ in range(3)]
    while post.states() != {"delivered": CALLS}:
        for desk in desks:
            await desk.round()
        for desk in desks:
            await desk.idle()
    assert len(well.asked("/well")) == CALLS


async def test_who_died_with_a_delivery_leaves_it_to_the_next(post: Post) -> None:
    well = await post.partner("/well", Play(b"thanks"))
    await post.pixel(well, "/well")
    await post.arrive(1)
    now = post.clock.now()
    (claimed,) = await post.deliveries.claim(now, 10, 10, {})
    desk = post.desk()
    assert await desk.round() == 0
    post.clock.forward(timedelta(minutes=2))
    assert await desk.round() == 1
    await desk.idle()
    (heard,) = well.asked("/well")
    assert heard.headers["webhook-id"] == str(claimed.id)


async def test_one_accounts_broken_host_spares_no_others(post: Post) -> None:
    down = await post.partner("/down", Play(status=500))
    pixel = await post.pixel(down, "/down")
    other = AccountId(uuid4())
    await post.deliveries.meet((other, host_of(pixel)))
    await post.arrive(CALLS)
    desk = post.desk()
    for _ in range(20):
        await desk.round()
        await desk.idle()
    assert len(down.asked("/down")) <= BROKEN_AFTER + OF_ONE_HOST_MAX
    with psycopg.connect(post.database_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT account_id, failures > 0, spared_until IS NULL FROM tracking.partner"
        ).fetchall()
    assert sorted(rows, key=str) == sorted([(ACCOUNT, True, False), (other, False, True)], key=str)


async def test_who_is_kept_for_a_flows_event_is_told_of_it_once(post: Post) -> None:
    partner = await post.partner("/sale", Play(b"thanks"))
    url = f"{partner.url}/sale?was={{event_name}}&who="
    marked = {"fire_on": ("marked",)}
    await post.pixel(partner, "/sale", **marked, events=("sold",), url=f"{url}some")
    await post.pixel(partner, "/sale", **marked, url=f"{url}every")
    story, desk = CallStory(), post.desk()
    facts = [story.arrived(), story.routed(), story.marked("sold"), story.marked("asked", step=1)]
    await post.tell([*facts, story.marked("sold", step=2)])
    while await desk.round():
        await desk.idle()
    asked = sorted(parse_qs(urlsplit(one.target).query)["was"][0] for one in partner.heard)
    assert asked == ["asked", "sold", "sold"]
    assert sum(one.target.endswith("who=some") for one in partner.heard) == 1
