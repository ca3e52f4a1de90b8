"""Websites for tests: accounts with pools, tags and numbers; tracking; a played router."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from libs.contracts.dni import SaveTrackingTag, SaveUrlParameter, TrackingTag, UrlParameter
from libs.contracts.editing import Actor, Saved
from libs.contracts.ids import CampaignId, PoolId
from libs.contracts.known_numbers import AskNumbers, KnownNumber, KnownNumbers, KnownPool
from libs.contracts.message import Refusal
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from services.tracking.app import create
from services.tracking.domain.arrival import Arrival
from services.tracking.settings import Settings
from services.tracking.store.leasing import Leasing, Wish
from services.tracking.store.numbers import Numbers
from tests.kit.facts import ACCOUNT
from tests.kit.hosting import alive, eventually, is_whole, settings_of

TESTER = Actor(name="tester")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"
SITE = "https://www.example.com"
DAY = 86_400


def a_tag(pool_id: PoolId | None = None, **more: Any) -> TrackingTag:
    """A tag; what a test does not name is as in the contract."""
    given = {"id": uuid4(), "name": "site", "code": f"code-{uuid4().hex}", "campaign_id": CAMPAIGN}
    if pool_id is not None:
        given["pool_id"] = pool_id
    return TrackingTag.model_validate({**given, "leases_per_minute": 1_000_000, **more})


CAMPAIGN = CampaignId(uuid4())


def numbers_of(count: int, pool_id: PoolId | None, **more: Any) -> list[KnownNumber]:
    """So many numbers, in a pool or in none."""
    given = {"account_id": ACCOUNT, "campaign_id": CAMPAIGN, "campaign_name": "Roofs", **more}
    first = int(str(uuid4().int)[:7])
    return [
        KnownNumber.model_validate(
            {
                "number_id": uuid4(),
                "number": f"+1800{(first + at) % 10_000_000:07}",
                "pool_id": pool_id,
                **given,
            }
        )
        for at in range(count)
    ]


def a_wish(tag: TrackingTag, visitor: str, **more: Any) -> Wish:
    """A visitor of a tag with a pool, as the desk wishes for her."""
    assert tag.pool_id is not None
    arrival = Arrival(visitor, f"{SITE}/", "", {}, more.pop("source", ""), BROWSER)
    given = {"account_id": ACCOUNT, "pool_id": tag.pool_id, "household": "192.0.2.1"}
    return Wish(**{**given, "tag": tag, "arrival": arrival, "visit_id": uuid4(), **more})


class Pools:
    """The lease store of some processes on one database, with a pool."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.databases = [Database(url, f"tracking {at}") for at in range(2)]
        self.leasings = [Leasing(database) for database in self.databases]
        self.pool_id = PoolId(uuid4())

    async def fill(self, count: int) -> list[KnownNumber]:
        """Put so many numbers into the pool."""
        numbers = numbers_of(count, self.pool_id)
        await self.tell(numbers)
        return numbers

    async def tell(self, numbers: list[KnownNumber], **more: Any) -> None:
        """The router tells of numbers."""
        known = KnownNumbers(version=1, numbers=tuple(numbers), **more)
        await Numbers(self.databases[0]).take(known, None)

    def later(self, seconds: int) -> None:
        """Let time pass for all leases and visits."""
        gone = f"interval '{seconds} seconds'"
        with psycopg.connect(self.url) as connection:
            connection.execute(
                f"update tracking.line set free_at = free_at - {gone}, until = until - {gone}, "
                f"sticky_until = sticky_until - {gone}"
            )
            connection.execute(
                f"update tracking.visit set began_at = began_at - {gone}, "
                f"seen_at = seen_at - {gone}, until = until - {gone}"
            )
            connection.execute(f"update tracking.lease_rate set minute = minute - {gone}")

    def rows(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement, values).fetchall()


@asynccontextmanager
async def open_pools(url: str) -> AsyncIterator[Pools]:
    pools = Pools(url)
    for database in pools.databases:
        await database.open()
    try:
        yield pools
    finally:
        for database in pools.databases:
            await database.close()


class Websites:
    """Tracking with its door, and a router that knows some numbers."""

    def __init__(self, nats_url: str, database_url: str, stack: AsyncExitStack) -> None:
        self.nats_url = nats_url
        self.url = database_url
        self.stack = stack
        self.known = KnownNumbers(version=1)
        self.asked = 0  # how often the router was asked what it knows
        self.pool_id = PoolId(uuid4())
        self.router = Broker(nats_url, "router")
        self.broker = Broker(nats_url, "console")
        self._ask = Ask(self.broker)

    async def open(self, **settings: Any) -> None:
        answers = Answers(self.router, Refusal)

        @answers.to(AskNumbers, in_flight_max=10)
        async def known(question: AskNumbers, _: Deadline) -> KnownNumbers:
            self.asked += 1
            new = question.since < self.known.version
            return self.known if new else KnownNumbers(version=self.known.version)

        for broker in (self.router, self.broker):
            broker.open()
            self.stack.push_async_callback(broker.close)
        about = {"nats_url": self.nats_url, "database_url": self.url, **settings}
        self.app = await self.stack.enter_async_context(
            alive(create(settings_of(Settings, **about)))
        )
        await eventually(lambda: is_whole(self.app))

        async def connected() -> bool | None:
            return (self.router.connected and self.broker.connected) or None

        await eventually(connected)

    def tell(self, *numbers: KnownNumber, pools: tuple[KnownPool, ...] = ()) -> None:
        """What the router knows from now on."""
        self.known = KnownNumbers(version=self.known.version + 1, numbers=numbers, pools=pools)

    def a_pool(self) -> KnownPool:
        return KnownPool(
            account_id=ACCOUNT, pool_id=self.pool_id, campaign_id=CAMPAIGN, campaign_name="Roofs"
        )

    async def pooled(self, count: int, *more: KnownNumber, **tag: Any) -> TrackingTag:
        """A saved tag over a pool of so many numbers."""
        self.tell(*numbers_of(count, self.pool_id), *more, pools=(self.a_pool(),))
        return await self.save(a_tag(self.pool_id, **tag))

    async def save(self, document: TrackingTag, version: int | None = None) -> TrackingTag:
        question = SaveTrackingTag(
            account_id=ACCOUNT, actor=TESTER, expected_version=version, document=document
        )
        saved = await self.ask(question)
        assert isinstance(saved, Saved)
        return document

    async def register(self, **parameter: Any) -> None:
        document = UrlParameter.model_validate({"id": uuid4(), **parameter})
        await self.ask(SaveUrlParameter(account_id=ACCOUNT, actor=TESTER, document=document))

    async def ask(self, question: Any) -> Any:
        return await self._ask(question, Deadline.within(10_000))

    def browser(self, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
        """Somebody's browser on the site."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 50_000))
        given = {"User-Agent": BROWSER, "Origin": SITE, **headers}
        client = httpx.AsyncClient(transport=transport, base_url="http://dni", headers=given)
        self.stack.push_async_callback(client.aclose)
        return client

    async def visit(self, tag: TrackingTag, visitor: str, **more: Any) -> dict[str, Any]:
        """Somebody comes to a page, as dni.js says it."""
        said = {"tag": tag.code, "visitor": visitor, "page": f"{SITE}/", **more}
        answer = await self.browser().post("/dni/v1/visits", json=said)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@asynccontextmanager
async def open_websites(
    nats_url: str, database_url: str, **settings: Any
) -> AsyncIterator[Websites]:
    async with AsyncExitStack() as stack:
        websites = Websites(nats_url, database_url, stack)
        await websites.open(**settings)
        yield websites
