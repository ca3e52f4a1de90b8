"""The desk of periods: calls always have a place, and history does not grow for ever."""

import asyncio
import logging
from datetime import timedelta

from libs.runtime.clock import Clock
from libs.runtime.rounds import tried
from libs.runtime.tasks import ended
from services.tracking.store.periods import Periods

EVERY_SECONDS = 3_600.0  # a period is made two months before it begins
AGAIN_SECONDS = 30.0  # after a failure
ROUNDS_MAX = 1_000  # in a row; what is left waits for the next time

log = logging.getLogger(__name__)


class PeriodsDesk:
    """One per process."""

    def __init__(self, periods: Periods, clock: Clock, kept: timedelta) -> None:
        self._periods = periods
        self._clock = clock
        self._kept = kept
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look after the periods."""
        self._task = asyncio.create_task(self._keep_for_ever(), name="tracking-periods")

    async def stop(self) -> None:
        """Leave them as they are."""
        await ended(self._task)

    async def keep(self) -> None:
        """Make what is wanting, forget what is old."""
        today = self._clock.now().date()
        for period in await self._periods.make_ahead(today):
            log.info("calls can be filed from %s on", period.begins)
        for _ in range(ROUNDS_MAX):
            if not await self._periods.forget(today, self._kept):
                break

    async def _keep_for_ever(self) -> None:
        while True:
            is_kept = await tried(self._kept_ahead(), "tracking-periods")
            await asyncio.sleep(EVERY_SECONDS if is_kept else AGAIN_SECONDS)

    async def _kept_ahead(self) -> bool:
        await self.keep()
        return True
