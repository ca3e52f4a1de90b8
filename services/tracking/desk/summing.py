"""The summing desk: takes changes of tallies up into the sums, so that few are ever left over."""

import asyncio
import logging

from sqlalchemy.exc import DBAPIError

from libs.runtime.database import NOT_NOW
from libs.runtime.tasks import ended
from services.tracking.store.rollups import Rollups

EVERY_SECONDS = 1.0  # reports are exact at any time: this only keeps them quick

log = logging.getLogger(__name__)


class SummingDesk:
    """One per process; while one sums, the others do not."""

    def __init__(self, rollups: Rollups) -> None:
        self._rollups = rollups
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sum."""
        self._task = asyncio.create_task(self._sum_for_ever(), name="tracking-summing")

    async def stop(self) -> None:
        """Leave the rest to others."""
        await ended(self._task)

    async def _sum_for_ever(self) -> None:
        while True:
            left = 0
            try:
                left = await self._rollups.take_up()
            except (*NOT_NOW, DBAPIError) as fault:
                log.warning("changes could not be summed up: %r", fault)
            if not left:
                await asyncio.sleep(EVERY_SECONDS)
