"""The forgetting desk: keeps the tables from growing with history, and sessions from waiting."""

from datetime import timedelta

from libs.runtime.clock import Clock
from libs.runtime.rounds import Rounds
from services.flows.store.forgetting import Forgetting
from services.flows.store.leaving import Leaving

EVERY_SECONDS = 60.0
ROUNDS_MAX = 100  # in a row; what is left waits for the next time
SILENT_AFTER = timedelta(days=1)  # no call lasts so long: the word of its end was lost
SILENT = "nothing was heard of the call any more"
SILENT_MAX = 500  # sessions that are ended at a time


class ForgettingDesk:
    """One per process; what two of them delete is gone all the same."""

    def __init__(
        self, forgetting: Forgetting, leaving: Leaving, clock: Clock, kept: timedelta
    ) -> None:
        self._forgetting = forgetting
        self._leaving = leaving
        self._clock = clock
        self._kept = kept
        self._rounds = Rounds("flows-forgetting", EVERY_SECONDS, self.forget)

    def start(self) -> None:
        """Begin to forget."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop forgetting."""
        await self._rounds.stop()

    async def forget(self) -> None:
        """Forget what is old; end what nobody will end."""
        now = self._clock.now()
        silent = await self._leaving.silent(now - SILENT_AFTER, SILENT_MAX)
        if silent:
            await self._leaving.finish(silent, SILENT, now)
        for _ in range(ROUNDS_MAX):
            if not await self._forgetting.round(now, self._kept):
                break
