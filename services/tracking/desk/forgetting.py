"""The forgetting desk: keeps visits from growing with history."""

from datetime import timedelta

from libs.runtime.rounds import Rounds
from services.tracking.store.forgetting import Forgetting

EVERY_SECONDS = 60.0
DELETIONS_MAX = 100  # of one round; what is left waits for the next


class ForgettingDesk:
    """One per process; what two of them delete is gone all the same."""

    def __init__(
        self, forgetting: Forgetting, visits_kept: timedelta, calls_kept: timedelta
    ) -> None:
        self._forgetting = forgetting
        self._visits_kept = visits_kept
        self._calls_kept = calls_kept
        self._rounds = Rounds("tracking-visits-forgetting", EVERY_SECONDS, self.forget)

    def start(self) -> None:
        """Begin to forget."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop forgetting."""
        await self._rounds.stop()

    async def forget(self) -> None:
        """Forget what is old."""
        await self._forgetting.rates()
        for _ in range(DELETIONS_MAX):
            gone = await self._forgetting.visits(self._visits_kept)
            gone += await self._forgetting.conversions(self._calls_kept)
            gone += await self._forgetting.attributions(self._calls_kept)
            if not gone:
                break
