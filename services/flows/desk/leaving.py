"""The leaving desk: a caller who hung up in the middle of her flow has finished it too."""

from collections.abc import Sequence

from libs.contracts.ids import CallId
from libs.runtime.clock import Clock
from services.flows.store.leaving import Leaving

GONE = "the caller hung up"


class LeavingDesk:
    """One per process."""

    def __init__(self, leaving: Leaving, clock: Clock) -> None:
        self._leaving = leaving
        self._clock = clock

    async def left(self, call_ids: Sequence[CallId]) -> None:
        """End the sessions of these calls that have not ended yet; nothing for all others."""
        await self._leaving.finish(sorted(set(call_ids)), GONE, self._clock.now())
