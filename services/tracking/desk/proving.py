"""The proving desk: shows that the books are right, when asked and once a night."""

import logging
from datetime import UTC

from opentelemetry import metrics

from libs.contracts.ids import AccountId
from libs.contracts.ledger import BooksProved
from libs.runtime.clock import Clock
from libs.runtime.rounds import Rounds
from services.tracking.store.proof import Proof

LOOK_EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)
_differences = metrics.get_meter("tracking").create_gauge(
    "ledger.differences", description="Figures of the books that the last proof found unequal"
)


class ProvingDesk:
    """One per process; of all of them one proves on a day, after `hour` UTC."""

    def __init__(self, proof: Proof, clock: Clock, hour: int) -> None:
        self._proof = proof
        self._clock = clock
        self._hour = hour
        self._rounds = Rounds("tracking-proof", LOOK_EVERY_SECONDS, self.prove_daily)

    def start(self) -> None:
        """Begin to watch for the hour."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop watching."""
        await self._rounds.stop()

    async def prove(self, account_id: AccountId) -> BooksProved:
        """An account's books; raises TooMuch."""
        return await self._proof.of_account(account_id, self._clock.now())

    async def prove_daily(self) -> BooksProved | None:
        """All books, if it is time and nobody else has; a difference is told and counted."""
        now = self._clock.now().astimezone(UTC)
        if now.hour < self._hour:
            return None
        made = await self._proof.of_the_day(now.date(), now)
        if made is not None:
            _differences.set(made.differences)
            for each in made.shown:
                log.error("the books differ: %s", each.model_dump_json())
            log.info("%s entries were proved, %s differ", made.entries, made.differences)
        return made
