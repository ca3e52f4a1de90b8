"""The connection to NATS: opened in the background, kept for ever, its state said once.

A service starts, lives and answers health checks while NATS is away.  The connection
is nats-py's own: FastStream's life cycle gives up for good where NATS once refuses a
login or a connection.  FastStream describes what is said on it (AsyncAPI).
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import BaseModel

from libs.runtime.settings import ServiceSettings
from libs.runtime.tasks import ended

RECONNECT_WAIT_SECONDS = 0.2
CONNECT_TIMEOUT_SECONDS = 2
PING_INTERVAL_SECONDS = 5  # a half-open connection is noticed after two of them
DRAIN_TIMEOUT_SECONDS = 5
HOOK_RETRY_SECONDS = 1.0  # JetStream may answer a little later than the server

log = logging.getLogger(__name__)
Hook = Callable[[], Awaitable[None]]


class NotConnected(Exception):
    """NATS is away; the caller falls back now instead of waiting."""


class Broker:
    """One connection of one service."""

    def __init__(
        self, url: str, name: str, user: str = "", password: str = "", replicas: int = 1
    ) -> None:
        """`url` may name several servers, with commas; `replicas`: so many keep each fact."""
        login = {"user": user, "password": password} if user else {}
        self.name = name
        self.replicas = replicas
        servers = [one.strip() for one in url.split(",")]
        self._description = NatsBroker(servers, name=name, logger=None)
        self._options: dict[str, Any] = {
            "servers": servers,
            "name": name,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "reconnect_time_wait": RECONNECT_WAIT_SECONDS,
            "max_reconnect_attempts": -1,
            "ping_interval": PING_INTERVAL_SECONDS,
            "drain_timeout": DRAIN_TIMEOUT_SECONDS,
            "pending_size": 0,  # while NATS is away a publish fails at once
            "inbox_prefix": f"_INBOX_{name}",
            "error_cb": self._on_error,
            "disconnected_cb": self._on_disconnected,
            "reconnected_cb": self._on_reconnected,
            "closed_cb": self._on_closed,
            **login,
        }
        self._client: Client | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._hooks: list[Hook] = []
        self._forgetters: list[Callable[[], None]] = []
        self._last_error = ""

    @classmethod
    def of(cls, settings: ServiceSettings, name: str) -> "Broker":
        """The connection of a service that was told so."""
        password = settings.nats_password.get_secret_value()
        return cls(settings.nats_url, name, settings.nats_user, password, settings.nats_replicas)

    def on_connected(self, hook: Hook) -> None:
        """Run this whenever the connection is up: after the first connect and each later one.

        A hook that fails is run again; so it must not mind to be run twice.
        """
        self._hooks.append(hook)

    def on_thrown_out(self, forget: Callable[[], None]) -> None:
        """Run this when the server has ended the client for good: its subscriptions are gone."""
        self._forgetters.append(forget)

    def open(self) -> None:
        """Begin to connect; returns at once."""
        self._keeper = asyncio.create_task(self._keep_open(), name="broker")

    async def _keep_open(self) -> None:
        """Keep one client; a server that refuses us (a slow reader, a login) ends it for good."""
        while True:
            self._client = client = Client()
            try:
                await client.connect(**self._options)
            except (NatsError, ValueError):  # an impossible address: waiting does not mend it
                log.exception("cannot connect to NATS, ever")
                return
            log.info("connected to NATS")
            while not client.is_closed:
                self._news.clear()
                await self._run_hooks()
                await self._news.wait()
            for forget in self._forgetters:
                forget()
            await asyncio.sleep(RECONNECT_WAIT_SECONDS)

    async def close(self) -> None:
        """Let what is under way finish, then leave."""
        await ended(self._keeper)
        if self._client is None:
            return
        with contextlib.suppress(NatsError, TimeoutError, OSError):  # it may break meanwhile
            if self._client.is_connected:
                await self._client.drain()
        await self._client.close()

    @property
    def connected(self) -> bool:
        """Whether a message can be sent now."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The live client; raises NotConnected while NATS is away."""
        if self._client is None or not self._client.is_connected:
            raise NotConnected
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """The live client's view of the streams; raises NotConnected while NATS is away."""
        return self.client.jetstream()

    def describes(self, subject: str, message: type[BaseModel]) -> None:
        """Put a fact that this service publishes into its AsyncAPI document."""
        self._description.publisher(subject, schema=message, title=message.__name__)

    def asyncapi(self) -> dict[str, Any]:
        """The AsyncAPI document of what this service publishes."""
        document = AsyncAPI(self._description, title=self.name, schema_version="3.0.0")
        described: dict[str, Any] = document.to_specification().to_jsonable()
        return described

    async def _run_hooks(self) -> None:
        waiting = self._hooks
        while waiting and self.connected:
            waiting = [hook for hook in waiting if not await self._ran(hook)]
            if waiting:
                await asyncio.sleep(HOOK_RETRY_SECONDS)

    async def _ran(self, hook: Hook) -> bool:
        try:
            await hook()
        except (NatsError, NotConnected, TimeoutError) as fault:
            log.warning("could not set up after connecting: %r", fault)
            return False
        return True

    async def _on_error(self, fault: Exception) -> None:
        text = repr(fault)
        if text != self._last_error:  # a broken connection says the same many times a second
            log.warning("NATS says: %s", text)
            self._last_error = text

    async def _on_disconnected(self) -> None:
        log.warning("lost the connection to NATS")

    async def _on_reconnected(self) -> None:
        self._last_error = ""
        log.info("connected to NATS again")
        self._news.set()

    async def _on_closed(self) -> None:
        self._news.set()
