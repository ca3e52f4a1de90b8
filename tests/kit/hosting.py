"""All services in one process, each with a connection of its own; the kit plays the rest."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from deploy.local.carrier.clock import VirtualClock
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import parse_script
from libs.contracts.bulk import AccountConfiguration, ImportConfiguration, Imported
from libs.contracts.configuration import Assignment, Buyer, Campaign, CampaignStatus, Number, Target
from libs.contracts.editing import Actor, SaveBuyer, SaveTarget
from libs.contracts.explaining import ExplainCall, Explanation
from libs.contracts.flow_edits import PublishFlow, SaveFlow
from libs.contracts.ids import AccountId, CallId, FlowId, call_id_of
from libs.contracts.message import Question
from libs.contracts.phone import PhoneDestination
from libs.contracts.tracking import CallDetail, CallRecord, GetCall
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.flows.app import create as create_flows
from services.flows.settings import Settings as FlowsSettings
from services.ingress.app import create as create_ingress
from services.ingress.settings import Settings as IngressSettings
from services.router.app import create as create_router
from services.router.settings import Settings as RouterSettings
from services.tracking.app import create as create_tracking
from services.tracking.settings import Settings as TrackingSettings

ACCOUNT_SID = "AC" + "1" * 32
AUTH_TOKEN = "a token of the tests"
SECRET = "a secret of the tests"
BASE_URL = "https://calls.example.com"
NOWHERE = "http://127.0.0.1:1"  # the carrier's REST API, where a test plays none
TESTER = Actor(name="tester", via="test")
WITHIN_SECONDS = 10.0  # generous: a shared machine


Seen = TypeVar("Seen")


async def eventually(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    """Look again until there is something, within a bound."""
    give_up_at = time.monotonic() + WITHIN_SECONDS
    while True:
        try:
            seen = await look()
        except (Refused, Unanswered):
            if time.monotonic() > give_up_at:
                raise
            seen = None
        if seen is not None:
            return seen
        assert time.monotonic() < give_up_at, "it never happened"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def alive(app: Any) -> AsyncIterator[Any]:
    """Run an ASGI app's lifespan around the block."""
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan"}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    assert (await from_app.get())["type"] == "lifespan.startup.complete"
    try:
        yield app
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await task


def settings_of(kind: type[Any], **values: Any) -> Any:
    """A service's settings, by the names of its fields."""
    return kind(session_secret=SECRET, **values)


@dataclass
class House:
    """The running services and an account to try them with."""

    nats_url: str
    database_url: str
    folder: Path
    stack: AsyncExitStack
    carrier_api: str = NOWHERE
    account_id: AccountId = field(default_factory=lambda: AccountId(uuid4()))
    routers: list[Any] = field(default_factory=list)

    async def open(self) -> None:
        """Start one of each service."""
        self.broker = Broker(self.nats_url, "console")
        self.broker.open()
        self.stack.push_async_callback(self.broker.close)
        self.asking = Ask(self.broker)
        self.ingress = await self.add_ingress()
        await self.add_router()
        about = {"nats_url": self.nats_url, "database_url": self.database_url}
        self.tracking_stack = AsyncExitStack()
        self.stack.push_async_callback(self.tracking_stack.aclose)
        self.tracking = await self.tracking_stack.enter_async_context(
            alive(create_tracking(settings_of(TrackingSettings, **about)))
        )
        self.carrier = self.carrier_on(self.ingress)

    async def add_ingress(self, **more: Any) -> Any:
        """Start another ingress on the same folder."""
        settings = settings_of(
            IngressSettings,
            nats_url=self.nats_url,
            public_base_url=BASE_URL,
            folder=self.folder,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=AUTH_TOKEN,
            **{"twilio_api_base_url": self.carrier_api, **more},
        )
        app = await self.stack.enter_async_context(alive(create_ingress(settings)))
        await eventually(lambda: is_whole(app))
        return app

    async def add_router(self) -> Any:
        """Start another router on the same database."""
        settings = settings_of(
            RouterSettings, nats_url=self.nats_url, database_url=self.database_url
        )
        app = await self.stack.enter_async_context(alive(create_router(settings)))
        await eventually(lambda: is_whole(app))
        self.routers.append(app)
        return app

    def carrier_on(self, ingress: Any) -> Carrier:
        """A played Twilio whose webhooks reach this ingress."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=ingress))
        self.stack.push_async_callback(client.aclose)
        return Carrier(ACCOUNT_SID, AUTH_TOKEN, VirtualClock(), client)

    async def ask(self, question: Question) -> Any:
        """Ask as the console would."""
        return await self.asking(question, Deadline.within(5_000))

    async def eventually_ask(self, question: Question) -> Any:
        """Ask until an answer comes: services start in the background."""
        return await eventually(lambda: self.ask(question))

    async def add_flows(self, **more: Any) -> Any:
        """Start flows, which most calls do without."""
        settings = settings_of(
            FlowsSettings,
            nats_url=self.nats_url,
            database_url=self.database_url,
            allow_private_addresses=True,
            **more,
        )
        app = await self.stack.enter_async_context(alive(create_flows(settings)))
        await eventually(lambda: is_whole(app))
        return app

    async def flow(self, document: Mapping[str, Any], flow_id: FlowId | None = None) -> FlowId:
        """A saved and published flow."""
        id_ = flow_id or FlowId(uuid4())
        mine = {"account_id": self.account_id, "actor": TESTER}
        whole = {"id": str(id_), "name": "Front desk", **document}
        saved = await self.eventually_ask(SaveFlow(**mine, document=whole))
        publish = PublishFlow(**mine, flow_id=id_, expected_version=saved.version)
        await self.eventually_ask(publish)
        return id_

    async def buyer(self, name: str = "Acme") -> Buyer:
        """A saved buyer."""
        document = Buyer(id=uuid4(), name=name)
        await self.eventually_ask(
            SaveBuyer(account_id=self.account_id, actor=TESTER, document=document)
        )
        return document

    async def target(self, buyer: Buyer, number: str, **more: Any) -> Target:
        """A saved target at a phone number."""
        document = Target(
            id=uuid4(),
            buyer_id=buyer.id,
            name=more.pop("name", f"desk {number[-2:]}"),
            destination=PhoneDestination(number=number),
            **more,
        )
        await self.eventually_ask(
            SaveTarget(account_id=self.account_id, actor=TESTER, document=document)
        )
        return document

    async def campaign(self, *targets: Target, number: str, **more: Any) -> Campaign:
        """A saved, active campaign with its number; targets in order of priority."""
        document = Campaign(
            id=uuid4(),
            name=more.pop("name", "Roofing"),
            status=more.pop("status", CampaignStatus.ACTIVE),
            assignments=tuple(
                Assignment(target_id=target.id, priority=priority)
                for priority, target in enumerate(targets, 1)
            ),
            **more,
        )
        line = Number(id=uuid4(), number=number, account_sid=ACCOUNT_SID, campaign_id=document.id)
        saved: Imported = await self.eventually_ask(
            ImportConfiguration(
                account_id=self.account_id,
                actor=TESTER,
                configuration=AccountConfiguration(campaigns=(document,), numbers=(line,)),
            )
        )
        for router in self.routers:
            await eventually(partial(knows, router, saved.version))
        return document

    async def call(
        self, dialled: str, script: str = "", caller: str = "+12125550100"
    ) -> CallReport:
        """Play one call to its end."""
        number = NumberConfig(
            voice_url=f"{BASE_URL}/api/webhooks/voice",
            fallback_url=f"{BASE_URL}/api/webhooks/fallback",
            status_url=f"{BASE_URL}/api/webhooks/status",
        )
        return await self.carrier.call(number, caller, dialled, parse_script(script))

    async def explain(self, report: CallReport) -> Explanation:
        """What the router says of a call."""
        question = ExplainCall(account_id=self.account_id, call_id=call_id(report))
        explanation: Explanation = await self.eventually_ask(question)
        return explanation

    async def record(self, report: CallReport, account_id: UUID | None = None) -> CallDetail:
        """The record of a call, once the call is over there too."""

        async def look() -> CallDetail | None:
            detail: CallDetail = await self.ask(
                GetCall(account_id=account_id or self.account_id, call_id=call_id(report))
            )
            return detail if detail.call.ended_at else None

        return await eventually(look)

    async def whole_record(self, report: CallReport) -> CallRecord:
        """The record of a recorded call of which all was heard: its recording is told last."""

        async def look() -> CallRecord | None:
            call = (await self.record(report)).call
            return call if call.seconds is not None and call.recordings else None

        return await eventually(look)


async def readiness(app: Any) -> dict[str, Any]:
    """What a service says of itself."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
        told: dict[str, Any] = (await http.get("/readyz")).json()
        return told


async def knows(router: Any, version: int) -> bool | None:
    """Whether a router has read the configuration up to a version."""
    checks = (await readiness(router))["checks"]
    detail = next(check["detail"] for check in checks if check["name"] == "configuration")
    return True if int(detail.removeprefix("version ")) >= version else None


async def is_whole(app: Any) -> bool | None:
    """Whether a service is ready and connected to NATS."""
    told = await readiness(app)
    return True if told["ready"] and "nats" not in told["degraded"] else None


def call_id(report: CallReport) -> CallId:
    """Our name of a played call."""
    return call_id_of(ACCOUNT_SID, report.call_sid)


@asynccontextmanager
async def running_house(
    nats_url: str, database_url: str, folder: Path, carrier_api: str = NOWHERE
) -> AsyncIterator[House]:
    """All services, running."""
    async with AsyncExitStack() as stack:
        house = House(nats_url, database_url, folder, stack, carrier_api)
        await house.open()
        yield house
