"""Work that is done again and again, as long as the process lives.

A database that is away ends a round, and so does a fault of ours, which is logged whole; neither
ends the work: the next round tries again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from libs.runtime.database import NOT_NOW
from libs.runtime.guard import guarded
from libs.runtime.tasks import ended

log = logging.getLogger(__name__)
Outcome = TypeVar("Outcome")


class Rounds:
    """Does `work` every so many seconds; the name is that of its task and stands in the log."""

    def __init__(
        self, name: str, every_seconds: float, work: Callable[[], Awaitable[object]]
    ) -> None:
        self._name = name
        self._every_seconds = every_seconds
        self._work = work
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._for_ever(), name=self._name)

    async def stop(self) -> None:
        """End; a round that is under way is cut."""
        await ended(self._task)

    def hurry(self) -> None:
        """Begin the next round at once: there is more to do."""
        self._hurry.set()

    async def _for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_seconds):
                    await self._hurry.wait()
            self._hurry.clear()
            await tried(self._work(), self._name)


async def tried(work: Awaitable[Outcome], name: str) -> Outcome | None:
    """Give what a round of work gives; None, and a line in the log, where it could not be done."""
    try:
        return await guarded(work, lambda: None, f"do {name}", (*NOT_NOW, DBAPIError))
    except (*NOT_NOW, DBAPIError) as fault:
        log.warning("%s could not be done: %r", name, fault)
        return None
