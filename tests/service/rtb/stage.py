"""rtb on a real NATS and a real PostgreSQL, with played bidders; the test is router and console."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import orjson
import psycopg

from deploy.local.bidders import Play, PlayedBidders
from libs.contracts.auction import AuctionClosed, AuctionUnsold, AuctionWon, HoldAuction
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import SaveRtbRouter, SaveRtbTarget
from libs.contracts.calls import Fact
from libs.contracts.editing import Actor, Saved
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.message import Question
from libs.contracts.phone import Caller, CallerKind
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, publish
from services.rtb.app import create
from services.rtb.settings import Settings
from tests.kit.hosting import ACCOUNT_SID, alive, eventually, is_whole, settings_of

ASK_MS = 10_000  # generous: a shared machine
CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550123")
RTB_ID = "ab" * 16
TESTER = Actor(name="tester")


class Stage:
    """One test's world."""

    def __init__(self, nats_url: str, database_url: str) -> None:
        self.nats_url = nats_url
        self.database_url = database_url
        self.bidders = PlayedBidders()
        self.account_id = AccountId(uuid4())
        self.campaign_id = uuid4()
        self.app: Any = None

    async def open(self, stack: AsyncExitStack, **more: Any) -> None:
        await self.bidders.start()
        stack.push_async_callback(self.bidders.stop)
        about: dict[str, Any] = {"nats_url": self.nats_url, "database_url": self.database_url}
        about |= {"allow_private_addresses": True, **more}
        self.app = await stack.enter_async_context(alive(create(settings_of(Settings, **about))))
        self.database = Database(self.database_url, "tests")
        await self.database.open()
        stack.push_async_callback(self.database.close)
        self.broker = Broker(self.nats_url, "tester")
        self.broker.open()
        stack.push_async_callback(self.broker.close)
        self.ask_ = Ask(self.broker)
        await eventually(partial(is_whole, self.app))

        async def connected() -> bool | None:
            return self.broker.connected or None

        await eventually(connected)

    async def ask(self, question: Question, within_ms: int = ASK_MS) -> Any:
        return await self.ask_(question, Deadline.within(within_ms))

    def target(self, path: str, play: Play | None = None, **more: Any) -> RtbTarget:
        """A bidder that plays; it is not saved yet."""
        if play is not None:
            self.bidders.plays[path] = play
        given = {"id": uuid4(), "name": path.strip("/"), "endpoint": f"{self.bidders.url}{path}"}
        return RtbTarget.model_validate(
            {**given, "countries": ("US", "CA", "GB"), "timeout_ms": 2_000, **more}
        )

    async def save(
        self, document: RtbTarget | RtbRouter, version: int | None = None, **more: Any
    ) -> int:
        kind: Any = SaveRtbTarget if isinstance(document, RtbTarget) else SaveRtbRouter
        question = kind(
            **{
                "account_id": self.account_id,
                "actor": TESTER,
                "expected_version": version,
                "document": document,
                **more,
            }
        )
        saved: Saved = await self.ask(question)
        return saved.version

    async def router(self, *targets: RtbTarget, **more: Any) -> RtbRouter:
        """A router that asks these; everything is saved."""
        for target in targets:
            await self.save(target)
        members = tuple(RtbMember(target_id=target.id) for target in targets)
        given = {"id": uuid4(), "name": "Ring", "members": members, "deadline_ms": 1_500}
        router = RtbRouter.model_validate({**given, **more})
        await self.save(router)
        return router

    def auction(self, router: RtbRouter, call_sid: str = "CA1", **more: Any) -> HoldAuction:
        given = {
            "call_id": call_id_of(ACCOUNT_SID, call_sid),
            "step": 0,
            "account_id": self.account_id,
            "account_sid": ACCOUNT_SID,
            "call_sid": call_sid,
            "rtb_router_id": router.id,
            "campaign_id": self.campaign_id,
            "campaign_rtb_id": RTB_ID,
            "caller": CALLER,
            "dialled": "+18005550100",
        }
        return HoldAuction.model_validate({**given, **more})

    async def sell(
        self, router: RtbRouter, call_sid: str = "CA1", within_ms: int = ASK_MS, **more: Any
    ) -> AuctionWon | AuctionUnsold:
        answer: AuctionWon | AuctionUnsold = await self.ask(
            self.auction(router, call_sid, **more), within_ms
        )
        return answer

    def rows(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            return connection.execute(statement, values).fetchall()

    def losses(self) -> dict[str, str | None]:
        """What became of each bidder in the newest auction, by name."""
        ((record,),) = self.rows("select record from rtb.auction order by at desc limit 1")
        return {entry["name"]: entry["loss"] for entry in record["entries"]}

    def live(self, target: RtbTarget) -> int:
        ((live,),) = self.rows("select live from rtb.counter where target_id = %s", target.id)
        return int(live)

    async def tell(self, *facts: Fact) -> None:
        for fact in facts:
            await publish(
                self.broker,
                fact.subject,
                fact.model_dump_json().encode(),
                {MESSAGE_ID: fact.key},
                5.0,
            )

    def change(self, statement: str) -> None:
        """Make something so that would take hours."""
        with psycopg.connect(self.database_url.replace("+psycopg", "")) as connection:
            assert connection.execute(statement).rowcount == 1

    async def until(self, so: Callable[[], bool]) -> None:
        async def look() -> bool | None:
            return so() or None

        await eventually(look)

    def told(self) -> list[AuctionClosed]:
        """What rtb has announced and not sent yet."""
        rows = self.rows("select payload from rtb.outbox")
        facts = [orjson.loads(row[0]) for row in rows]
        return [AuctionClosed.model_validate(one) for one in facts if "auction_id" in one]


@asynccontextmanager
async def running_stage(nats_url: str, database_url: str, **more: Any) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        stage = Stage(nats_url, database_url)
        await stage.open(stack, **more)
        yield stage
