"""The ingress on a real NATS, seen from the carrier's side by somebody who signs."""

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
from deploy.local.carrier.twiml import parse
from libs.contracts.fallback import FallbackPlan
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.phone import PhoneDestination
from services.ingress.app import create
from services.ingress.settings import Settings
from tests.kit.hosting import alive

BASE_URL = "https://calls.example.com"
NOWHERE = "nats://127.0.0.1:1"
ACCOUNT_SID = "AC" + "1" * 32
CALL_SID = "CA" + "2" * 32
LEG_SID = "CA" + "3" * 32
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
VOICE = "/api/webhooks/voice"
FALLBACK = "/api/webhooks/fallback"
STATUS = "/api/webhooks/status"
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
FORM_TYPE = "application/x-www-form-urlencoded"
CLOSING = "we cannot take your call right now"  # where not even the number has one of its own

SHORTEST_MS = 500  # the shortest deadline that may be set: silence costs a test no more
WITHIN_SECONDS = 30.0  # until something happens that must happen: a shared machine
CARRIER_PATIENCE_SECONDS = 15.0  # then it plays an error to the caller

Seen = TypeVar("Seen")


async def eventually(
    look: Callable[[], Awaitable[Seen | None]], within_seconds: float = WITHIN_SECONDS
) -> Seen:
    """Look again until there is something, within a bound."""
    give_up_at = time.monotonic() + within_seconds
    while (seen := await look()) is None:
        assert time.monotonic() < give_up_at, "it never happened"
        await asyncio.sleep(0.01)
    return seen


class Ingress:
    """A running ingress."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(
        self, path: str, token: str = TOKEN, account_sid: str = ACCOUNT_SID, **fields: str
    ) -> httpx.Response:
        """Post a really signed form of a call; what is answered must please the carrier."""
        form = {
            "AccountSid": account_sid,
            "CallSid": CALL_SID,
            "From": CALLER,
            "To": NUMBER,
            "CallStatus": "ringing",
        } | fields
        signed = {"X-Twilio-Signature": sign(token, BASE_URL + path, form)}
        async with asyncio.timeout(CARRIER_PATIENCE_SECONDS):
            answer = await self.http.post(path, data=form, headers=signed)
        if answer.status_code == 200:
            parse(answer.content, answer.headers["content-type"], BASE_URL + path)
        return answer

    async def ready(self) -> dict[str, Any]:
        """What `/readyz` says, and its HTTP status."""
        response = await self.http.get("/readyz")
        return {"status": response.status_code, **response.json()}

    async def check(self, name: str) -> dict[str, Any]:
        """One of its checks."""
        found: dict[str, Any] = next(
            one for one in (await self.ready())["checks"] if one["name"] == name
        )
        return found

    async def connected(self) -> None:
        """Return once it has found NATS."""

        async def look() -> bool | None:
            return "nats" not in (await self.ready())["degraded"] or None

        await eventually(look)

    async def settled(self, *degraded: str) -> None:
        """Return once this is degraded, and nothing else."""

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
    transport = httpx.ASGITransport(app=app)
    async with alive(app), httpx.AsyncClient(transport=transport, base_url=BASE_URL) as http:
        yield Ingress(http)


def action_of(twiml: str) -> str:
    """The path and query of a Dial's action."""
    found = re.search(r'<Dial action="([^"]*)"', twiml)
    assert found, twiml
    return found[1].removeprefix(BASE_URL).replace("&amp;", "&")


def place(kind: str, step: int = 0, more: str = "owner=router", call_id: object = CALL_ID) -> str:
    """The path and query of a callback about a leg."""
    return f"/api/webhooks/{kind}/{call_id}/{step}?{more}&account={ACCOUNT}"
