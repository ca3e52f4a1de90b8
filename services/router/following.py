"""Following what is announced: read anew on each word of it, when connected, and now and then."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg
from sqlalchemy.exc import SQLAlchemyError

from libs.runtime.ask import Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.guard import guarded
from libs.runtime.tasks import ended

log = logging.getLogger(__name__)

NOT_NOW = (SQLAlchemyError, TimeoutError, OSError, Unanswered, Refused)


class Follower:
    """Catches up for ever.  What it missed to hear only delays, by at most `every_seconds`."""

    def __init__(
        self,
        broker: Broker,
        subject: str,
        catch_up: Callable[[], Awaitable[None]],
        every_seconds: float,
    ) -> None:
        self._broker = broker
        self._subject = subject
        self._catch_up = catch_up
        self._every_seconds = every_seconds
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._listening = False
        broker.on_connected(self._listen)
        broker.on_thrown_out(self._forget_subscription)

    def start(self) -> None:
        """Begin to follow."""
        self._task = asyncio.create_task(self._follow_for_ever(), name=f"follow {self._subject}")

    async def stop(self) -> None:
        """Stop following."""
        await ended(self._task)

    def _forget_subscription(self) -> None:
        self._listening = False

    async def _listen(self) -> None:
        self._changed.set()
        if not self._listening:
            await self._broker.client.subscribe(self._subject, cb=self._hear)
            self._listening = True

    async def _hear(self, _: Msg) -> None:
        self._changed.set()

    async def _follow_for_ever(self) -> None:
        while True:
            doing = f"follow {self._subject}"
            try:
                await guarded(self._catch_up(), lambda: None, doing, NOT_NOW)
            except NOT_NOW as fault:
                log.warning("%s could not be followed: %r", self._subject, fault)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_seconds):
                    await self._changed.wait()
            self._changed.clear()
