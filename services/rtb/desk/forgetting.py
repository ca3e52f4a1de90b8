"""The forgetting desk: keeps the tables from growing with history."""

from datetime import timedelta

from libs.runtime.rounds import Rounds
from services.rtb.store.forgetting import Forgetting
from services.rtb.store.notices import Notices
from services.rtb.store.pings import Pings

EVERY_SECONDS = 60.0
ROUNDS_MAX = 100  # in a row; what is left waits for the next time


class ForgettingDesk:
    """One per process; what two of them delete is gone all the same."""

    def __init__(
        self, forgetting: Forgetting, pings: Pings, notices: Notices, auctions_kept: timedelta
    ) -> None:
        self._forgetting = forgetting
        self._pings = pings
        self._notices = notices
        self._auctions_kept = auctions_kept
        self._rounds = Rounds("rtb-forgetting", EVERY_SECONDS, self.forget)

    def start(self) -> None:
        """Begin to forget."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop forgetting."""
        await self._rounds.stop()

    async def forget(self) -> None:
        """Forget what is old."""
        await self._pings.sweep()
        await self._notices.sweep()
        for _ in range(ROUNDS_MAX):
            if not await self._forgetting.round(self._auctions_kept):
                break
