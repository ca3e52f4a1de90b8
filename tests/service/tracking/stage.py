"""Tracking on a real NATS and a real PostgreSQL, and somebody who tells it facts and asks."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

import httpx
import psycopg
from starlette.applications import Starlette

from libs.contracts.calls import Fact
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Question
from libs.contracts.streams import STREAMS
from libs.contracts.tracking import CallDetail, CallRecord, Calls, GetCall, ListCalls
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.publish import MESSAGE_ID, publish
from libs.runtime.streams import declare_stream
from services.tracking.app import create
from services.tracking.settings import Settings
from tests.kit.facts import ACCOUNT
from tests.kit.hosting import settings_of

WITHIN_SECONDS = 15.0  # generous: a shared machine
ASK_MS = 2_000

Seen = TypeVar("Seen")


async def eventually(look: Callable[[], Awaitable[Seen | None]]) -> Seen:
    """Look again until there is something, within a bound."""
    give_up_at = time.monotonic() + WITHIN_SECONDS
    while (seen := await look()) is None:
        assert time.monotonic() < give_up_at, "it never happened"
        await asyncio.sleep(0.02)
    return seen


class Stage:
    """One test's world: start and stop trackings, tell facts, ask."""

    def __init__(self, nats_url: str, database_url: str) -> None:
        self._settings = settings_of(
            Settings,
            nats_url=nats_url,
            database_url=database_url,
            allow_private_addresses=True,
        )
        self.broker = Broker(nats_url, "console")
        self._ask = Ask(self.broker)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "Stage":
        self.broker.open()
        self._stack.push_async_callback(self.broker.close)

        async def connected() -> bool | None:
            return self.broker.connected or None

        await eventually(connected)
        for stream in STREAMS:
            await declare_stream(self.broker, stream)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def tracking(self) -> AsyncIterator[Starlette]:
        """A running tracking that answers."""
        app = create(self._settings)
        async with app.router.lifespan_context(app):
            await self.ask(ListCalls(account_id=ACCOUNT))
            yield app

    async def tell(self, *facts: Fact) -> None:
        """Publish facts as the ingress and the router do."""
        for fact in facts:
            await self.say(fact.subject, fact.model_dump_json().encode())

    async def say(self, subject: str, payload: bytes) -> None:
        """Publish anything, each time as a new message."""
        headers = {MESSAGE_ID: f"{time.monotonic_ns()}"}
        await publish(self.broker, subject, payload, headers, within_seconds=5)

    async def ask(self, question: Question) -> Any:
        """Ask until somebody answers; a refusal is raised."""

        async def look() -> Any:
            try:
                return await self._ask(question, Deadline.within(ASK_MS))
            except Unanswered:
                return None

        return await eventually(look)

    async def ask_once(self, question: Question) -> Any:
        """Ask; raise what the asker would see."""
        return await self._ask(question, Deadline.within(ASK_MS))

    async def call(self, call_id: CallId, account_id: AccountId = ACCOUNT) -> CallDetail | None:
        """What tracking knows of a call; None where it knows nothing or cannot say now."""
        try:
            detail: CallDetail = await self.ask(GetCall(account_id=account_id, call_id=call_id))
        except Refused:
            return None
        return detail

    async def facts_of(
        self, call_id: CallId, count: int, account_id: AccountId = ACCOUNT
    ) -> CallDetail:
        """A call once this many facts of it were heard."""

        async def look() -> CallDetail | None:
            detail = await self.call(call_id, account_id)
            return detail if detail and len(detail.timeline) == count else None

        return await eventually(look)

    def change(self, statement: str) -> None:
        """Do something to the tables that no question does."""
        with psycopg.connect(self._settings.database_url, autocommit=True) as connection:
            connection.execute(statement)

    def dump(self, *tables: str) -> str:
        """Everything that is in some tables, as text."""
        with psycopg.connect(self._settings.database_url, autocommit=True) as connection:
            return " ".join(
                str(connection.execute(f"SELECT * FROM tracking.{table}").fetchall())
                for table in tables
            )

    async def all_pages(self, **filters: Any) -> list[CallRecord]:
        """Every call of a list, page by page."""
        calls: list[CallRecord] = []
        cursor = None
        while True:
            question = ListCalls(**{"account_id": ACCOUNT, "cursor": cursor} | filters)
            page: Calls = await self.ask(question)
            assert len(page.calls) <= question.limit
            calls += page.calls
            if page.cursor is None:
                return calls
            cursor = page.cursor


async def ready(app: Starlette) -> dict[str, Any]:
    """What `/readyz` says, with its status."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tracking") as client:
        response = await client.get("/readyz")
    return {"status": response.status_code, **response.json()}
