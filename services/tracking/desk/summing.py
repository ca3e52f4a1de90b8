"""The summing desk: takes changes of tallies up into the sums, so that few are ever left over."""

from libs.runtime.rounds import Rounds
from services.tracking.store.rollups import Rollups

EVERY_SECONDS = 1.0  # reports are exact at any time: this only keeps them quick


class SummingDesk:
    """One per process; while one sums, the others do not."""

    def __init__(self, rollups: Rollups) -> None:
        self._rollups = rollups
        rounds = Rounds("tracking-summing", EVERY_SECONDS, self._sum)
        self.start, self.stop = rounds.start, rounds.stop

    async def _sum(self) -> None:
        while await self._rollups.take_up():
            pass
