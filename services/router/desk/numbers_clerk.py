"""The clerk for numbers: buys what is ordered and sets up what is due, a few at a time."""

import asyncio
import logging
from typing import Any, Protocol

from sqlalchemy.exc import DBAPIError

from libs.runtime.database import NOT_NOW
from libs.runtime.guard import guarded
from libs.runtime.tasks import ended

EVERY_SECONDS = 0.5
AWAY = (*NOT_NOW, DBAPIError)  # a fault of one number must not end the work on all others
AT_ONCE = 3  # as many as the ingress lets through to the carrier
PAUSE_SECONDS = 5.0  # while the ingress or the carrier is away

log = logging.getLogger(__name__)


class Work(Protocol):
    """A desk that has work due."""

    async def due(self) -> list[Any]:
        """Claim some."""

    async def work(self, due: Any) -> bool:
        """Do one of them; False where it has to wait for somebody."""


class NumbersClerk:
    """One per process; what is due is done by one of them at a time."""

    def __init__(self, *desks: Work) -> None:
        self._desks = desks
        self._room = asyncio.Semaphore(AT_ONCE)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work_for_ever(), name="numbers-clerk")

    async def stop(self) -> None:
        """Stop; what is under way is done again by the next process."""
        await ended(self._task)

    async def round(self) -> bool:
        """Claim and do what is due, some of each desk; whether to go on at once.

        Where all of it has to wait for somebody, so has the rest.
        """
        done = [await self._some(desk) for desk in self._desks]
        if stuck := [one for one in done if one and not any(one)]:
            log.info("numbers wait: nobody can be asked", extra={"numbers": sum(map(len, stuck))})
            await asyncio.sleep(PAUSE_SECONDS)
        return any(done)

    async def _some(self, desk: Work) -> list[bool]:
        return await asyncio.gather(*(self._one(desk, one) for one in await desk.due()))

    async def _one(self, desk: Work, due: Any) -> bool:
        async with self._room:
            return await guarded(desk.work(due), lambda: True, "look after a number", AWAY)

    async def _work_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                while await guarded(self.round(), lambda: False, "look after numbers", AWAY):
                    pass
            except AWAY as fault:
                log.warning("numbers could not be looked after: %r", fault)
