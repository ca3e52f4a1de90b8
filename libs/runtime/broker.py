"""The connection to NATS: opened in the background, kept for ever, its state said once.

A service starts, lives and answers health checks while NATS is away.  FastStream's
broker owns the connection and describes what is said on it (AsyncAPI); questions
and durables are bound to its nats-py client.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from pydantic import BaseModel

RECONNECT_WAIT_SECONDS = 0.2
CONNECT_TIMEOUT_SECONDS = 2
PING_INTERVAL_SECONDS = 5  # a half-open connection is noticed after two of them
DRAIN_TIMEOUT_SECONDS = 5

log = logging.getLogger(__name__)
Hook = Callable[[], Awaitable[None]]


class NotConnected(Exception):
    """NATS is away; the caller falls back now instead of waiting."""


class Broker:
    """One connection of one service."""

    def __init__(self, url: str, name: str, user: str = "", password: str = "") -> None:
        login: dict[str, Any] = {"user": user, "password": password} if user else {}
        self.name = name
        self._faststream = NatsBroker(
            url,
            name=name,
            logger=None,
            graceful_timeout=DRAIN_TIMEOUT_SECONDS,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            reconnect_time_wait=RECONNECT_WAIT_SECONDS,  # type: ignore[arg-type] # a float works
            max_reconnect_attempts=-1,
            ping_interval=PING_INTERVAL_SECONDS,
            drain_timeout=DRAIN_TIMEOUT_SECONDS,
            pending_size=0,
            inbox_prefix=f"_INBOX_{name}".encode(),
            error_cb=self._on_error,
            disconnected_cb=self._on_disconnected,
            reconnected_cb=self._on_reconnected,
            **login,
        )
        self._client: Client | None = None
        self._opening: asyncio.Task[None] | None = None
        self._hooks: list[Hook] = []
        self._last_error = ""

    def on_connected(self, hook: Hook) -> None:
        """Run this whenever the connection is up: after the first connect and each later one."""
        self._hooks.append(hook)

    def open(self) -> None:
        """Begin to connect; returns at once."""
        self._opening = asyncio.create_task(self._open(), name="broker-open")

    async def _open(self) -> None:
        self._client = await self._faststream.connect()
        log.info("connected to NATS")
        await self._run_hooks()

    async def close(self) -> None:
        """Let what is under way finish, then leave."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._client is not None and self._client.is_connected:
            await self._faststream.stop()
        elif self._client is not None:
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
        self._faststream.publisher(subject, schema=message, title=message.__name__)

    def asyncapi(self) -> dict[str, Any]:
        """The AsyncAPI document of what this service publishes."""
        document = AsyncAPI(self._faststream, title=self.name, schema_version="3.0.0")
        described: dict[str, Any] = document.to_specification().to_jsonable()
        return described

    async def _run_hooks(self) -> None:
        for hook in self._hooks:
            try:
                await hook()
            except (NatsError, NotConnected, TimeoutError) as fault:
                log.warning("could not set up after connecting: %r", fault)

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
        await self._run_hooks()
