"""Callers who never stop, and an observer who counts the legs at a destination as Twilio does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qs
from xml.etree import ElementTree

import httpx

from deploy.local.carrier.clock import RealClock
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import parse_script

HURRY = 40.0  # a scripted minute takes a second and a half
CALLERS = 12
OVER = {"completed", "busy", "failed", "no-answer", "canceled"}
WEBHOOK_SECONDS_MAX = 8.0  # no setting can make an answer later


class Observer(httpx.AsyncBaseTransport):
    """Passes webhooks on; keeps the largest number of legs that were at a destination at once.

    A leg is there from the moment its TwiML was answered until its end is reported.
    """

    def __init__(self, wire: httpx.AsyncBaseTransport | None = None) -> None:
        self._wire = wire or httpx.AsyncHTTPTransport()
        self._legs: dict[str, str] = {}
        self.most: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        call = form.get("ParentCallSid", form.get("CallSid", ""))
        if self._tells_an_end(request.url.path, form):
            self._legs.pop(call, None)
        response = await self._wire.handle_async_request(request)
        await response.aread()
        for destination in dialled_by(response.content):
            self._legs[call] = destination
            self.most[destination] = max(
                self.most[destination], Counter(self._legs.values())[destination]
            )
        return response

    async def aclose(self) -> None:
        await self._wire.aclose()

    def _tells_an_end(self, path: str, form: dict[str, str]) -> bool:
        return "/dial/" in path or form.get("CallStatus") in OVER


def dialled_by(document: bytes) -> Iterator[str]:
    """The destinations that a document has dialled."""
    if document.startswith(b"<?xml"):
        for number in ElementTree.fromstring(document).iter("Number"):
            yield number.text or ""


@dataclass
class Callers:
    """People who call one number, each again and again, until they are told to stop."""

    carrier: Carrier
    dialled: str
    webhooks: str
    script: str
    reports: list[CallReport] = field(default_factory=list)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _ended: asyncio.Condition = field(default_factory=asyncio.Condition)

    def start(self) -> None:
        """Begin to call."""
        self._task = asyncio.create_task(self._call_for_ever())

    async def more(self, calls: int) -> None:
        """Wait until so many more calls have ended."""
        wanted = len(self.reports) + calls
        async with self._ended, asyncio.timeout(60):
            await self._ended.wait_for(lambda: len(self.reports) >= wanted)

    async def stop(self) -> list[CallReport]:
        """Let the calls that have begun end."""
        self._stop.set()
        assert self._task is not None
        await self._task
        return self.reports

    async def _call_for_ever(self) -> None:
        numbers = count()
        await asyncio.gather(*(self._caller(numbers) for _ in range(CALLERS)))

    async def _caller(self, numbers: "count[int]") -> None:
        config = NumberConfig(
            voice_url=f"{self.webhooks}/voice",
            fallback_url=f"{self.webhooks}/fallback",
            status_url=f"{self.webhooks}/status",
        )
        script = parse_script(self.script)
        while not self._stop.is_set():
            caller = f"+1212555{next(numbers) % 10_000:04}"
            report = await self.carrier.call(config, caller, self.dialled, script)
            async with self._ended:
                self.reports.append(report)
                self._ended.notify_all()


@asynccontextmanager
async def carrier_of(account_sid: str, token: str, observer: Observer) -> AsyncIterator[Carrier]:
    """A carrier whose every request the observer sees."""
    async with httpx.AsyncClient(transport=observer, timeout=30) as http:
        yield Carrier(account_sid, token, RealClock(HURRY), http)
