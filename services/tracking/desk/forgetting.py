"""The forgetting desk: keeps visits from growing with history."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from libs.runtime.database import NOT_NOW
from libs.runtime.tasks import ended
from services.tracking.store.forgetting import Forgetting

EVERY_SECONDS = 60.0
ROUNDS_MAX = 100  # in a row; what is left waits for the next time

log = logging.getLogger(__name__)


class ForgettingDesk:
    """One per process; what two of them delete is gone all the same."""

    def __init__(
        self, forgetting: Forgetting, visits_kept: timedelta, calls_kept: timedelta
    ) -> None:
        self._forgetting = forgetting
        self._visits_kept = visits_kept
        self._calls_kept = calls_kept
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to forget."""
        self._task = asyncio.create_task(self._forget_for_ever(), name="tracking-forgetting")

    async def stop(self) -> None:
        """Stop forgetting."""
        await ended(self._task)

    async def forget(self) -> None:
        """Forget what is old."""
        await self._forgetting.rates()
        for _ in range(ROUNDS_MAX):
            gone = await self._forgetting.visits(self._visits_kept)
            gone += await self._forgetting.attributions(self._calls_kept)
            if not gone:
                break

    async def _forget_for_ever(self) -> None:
        while True:
            try:
                await self.forget()
            except (*NOT_NOW, DBAPIError) as fault:
                log.warning("old visits could not be forgotten: %r", fault)
            await asyncio.sleep(EVERY_SECONDS)
