"""The forgetting desk: keeps the tables from growing with history."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from libs.runtime.clock import Clock
from libs.runtime.database import NOT_NOW
from libs.runtime.tasks import ended
from services.flows.store.forgetting import Forgetting

EVERY_SECONDS = 60.0
ROUNDS_MAX = 100  # in a row; what is left waits for the next time

log = logging.getLogger(__name__)


class ForgettingDesk:
    """One per process; what two of them delete is gone all the same."""

    def __init__(self, forgetting: Forgetting, clock: Clock, kept: timedelta) -> None:
        self._forgetting = forgetting
        self._clock = clock
        self._kept = kept
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to forget."""
        self._task = asyncio.create_task(self._forget_for_ever(), name="flows-forgetting")

    async def stop(self) -> None:
        """Stop forgetting."""
        await ended(self._task)

    async def forget(self) -> None:
        """Forget what is old."""
        for _ in range(ROUNDS_MAX):
            if not await self._forgetting.round(self._clock.now(), self._kept):
                break

    async def _forget_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.forget()
            except (*NOT_NOW, DBAPIError) as fault:
                log.warning("what is old could not be forgotten: %r", fault)
