"""The ingress on a real NATS, a played router that may be silent, and somebody who signs."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx

from deploy.local.carrier.signature import sign
from libs.contracts.calls import Fact
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.message import Refusal
from libs.contracts.phone import PhoneDestination
from libs.contracts.routing import (
    AdmitCall,
    AskFallbackPlans,
    Close,
    ContinueCall,
    DialNext,
    FallbackPlan,
    FallbackPlans,
    SealedCarrier,
    Stop,
)
from libs.contracts.voice import Dial
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.ingress.app import create
from services.ingress.settings import Settings

BASE_URL = "https://calls.example.com"
ACCOUNT_SID = "AC" + "1" * 32
CALL_SID = "CA" + "2" * 32
TOKEN = "a token of the tests"
SECRET = "a secret of the tests"
ACCOUNT = AccountId(UUID(int=5))
CALL_ID = call_id_of(ACCOUNT_SID, CALL_SID)
NUMBER = "+18005550100"
CALLER = "+12125550100"
TARGET = PhoneDestination(number="+13105550001")
RESCUE = PhoneDestination(number="+13105550009")
SECOND_RESCUE = PhoneDestination(number="+13105550008")
PLAN = FallbackPlan(
    account_id=ACCOUNT,
    number=NUMBER,
    destinations=(RESCUE, SECOND_RESCUE),
    closing_message="Roofs & more says <goodbye>.",
)
WITHIN_SECONDS = 10.0  # generous: a shared machine

Seen = TypeVar("Seen")
Decision = DialNext | Close | Stop | Refusal


async def eventually(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    """Look again until there is something, within a bound."""
    give_up_at = time.monotonic() + WITHIN_SECONDS
    while (seen := await look()) is None:
        assert time.monotonic() < give_up_at, "it never happened"
        await asyncio.sleep(0.01)
    return seen


def dial(step: int = 0, **more: Any) -> DialNext:
    return DialNext(account_id=ACCOUNT, step=step, dial=Dial(destination=TARGET, **more))


class PlayedRouter:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self, nats_url: str) -> None:
        self.broker = Broker(nats_url, "router")
        self.asked: list[AdmitCall | ContinueCall] = []
        self.asked_for_plans: list[AskFallbackPlans] = []
        self.decision: Decision | None = dial()  # None: it never answers
        self.plans: tuple[FallbackPlan, ...] = (PLAN,)
        self.withdrawn: tuple[str, ...] = ()
        self.carriers: tuple[SealedCarrier, ...] = ()
        self.version = 1
        self._answers = Answers(self.broker, Refusal)
        for question in (AdmitCall, ContinueCall):
            self._answers.to(question, in_flight_max=100)(self._decide)
        self._answers.to(AskFallbackPlans, in_flight_max=100)(self._tell_plans)

    async def _decide(self, question: AdmitCall | ContinueCall, _: Deadline) -> Any:
        self.asked.append(question)
        if self.decision is None:
            await asyncio.sleep(3_600)
        return self.decision

    async def _tell_plans(self, question: AskFallbackPlans, _: Deadline) -> FallbackPlans:
        self.asked_for_plans.append(question)
        after = question.after or ""
        left = [plan for plan in self.plans if plan.number > after]
        return FallbackPlans(
            version=self.version,
            more=len(left) > 1,  # one plan a page
            plans=tuple(left[:1]),
            withdrawn=self.withdrawn,
            carriers=self.carriers,
        )

    async def facts(self) -> list[Fact]:
        """Everything in the stream, in its order."""
        jetstream = self.broker.jetstream
        state = (await jetstream.stream_info("EVENTS")).state
        found = []
        for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
            message = await jetstream.get_msg("EVENTS", sequence)
            kind: Any = CATALOGUE[message.subject or ""]
            fact: Fact = kind.model_validate_json(message.data or b"")
            found.append(fact)
        return found

    async def facts_once(self, count: int) -> list[Fact]:
        """The stream's facts once there are so many."""

        async def look() -> list[Fact] | None:
            found = await self.facts() if self.broker.connected else []
            return found if len(found) >= count else None

        return await eventually(look)


@asynccontextmanager
async def played_router(nats_url: str) -> AsyncIterator[PlayedRouter]:
    router = PlayedRouter(nats_url)
    router.broker.open()
    try:
        await eventually(lambda: _true(router.broker.connected))
        yield router
    finally:
        await router.broker.close()


async def _true(value: bool) -> bool | None:
    return value or None


class Ingress:
    """A running ingress, seen from the carrier's side."""

    def __init__(self, app: Any, http: httpx.AsyncClient) -> None:
        self.app = app
        self.http = http

    async def post(
        self, path: str, token: str = TOKEN, account_sid: str = ACCOUNT_SID, **fields: str
    ) -> httpx.Response:
        """Post a really signed form of a call."""
        form = {
            "AccountSid": account_sid,
            "CallSid": CALL_SID,
            "From": CALLER,
            "To": NUMBER,
            "CallStatus": "ringing",
        } | fields
        signed = {"X-Twilio-Signature": sign(token, BASE_URL + path, form)}
        return await self.http.post(path, data=form, headers=signed)

    async def ready(self) -> dict[str, Any]:
        response = await self.http.get("/readyz")
        return {"status": response.status_code, **response.json()}

    async def connected(self) -> None:
        """Return once it has found NATS."""

        async def look() -> bool | None:
            return "nats" not in (await self.ready())["degraded"] or None

        await eventually(look)

    async def settled(self, *degraded: str) -> None:
        """Return once nothing but this is degraded."""

        async def look() -> bool | None:
            return set((await self.ready())["degraded"]) == set(degraded) or None

        await eventually(look)


def settings(nats_url: str, folder: Path, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "nats_url": nats_url,
        "public_base_url": BASE_URL,
        "folder": folder,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": TOKEN,
        "session_secret": SECRET,
        "log_level": "ERROR",
    }
    return Settings(**values | more)


@asynccontextmanager
async def running_ingress(nats_url: str, folder: Path, **more: Any) -> AsyncIterator[Ingress]:
    """An ingress between its start and its orderly stop; it may not be connected yet."""
    app = create(settings(nats_url, folder, **more))
    async with (
        alive(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url=BASE_URL,
        ) as http,
    ):
        yield Ingress(app, http)


@asynccontextmanager
async def alive(app: Any) -> AsyncIterator[None]:
    """Run an ASGI app's lifespan around the block."""
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan"}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    assert (await from_app.get())["type"] == "lifespan.startup.complete"
    try:
        yield
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await task


def action_of(twiml: str) -> str:
    """The path and query of a Dial's action."""
    found = re.search(r'<Dial action="([^"]*)"', twiml)
    assert found, twiml
    return found[1].removeprefix(BASE_URL).replace("&amp;", "&")


def place(kind: str, step: int = 0, more: str = "owner=router", call_id: object = CALL_ID) -> str:
    """The path and query of a callback about a leg."""
    return f"/api/webhooks/{kind}/{call_id}/{step}?{more}&account={ACCOUNT}"
