"""The noticing desk: fetches the addresses by which bidders learn what became of their bids."""

import asyncio
import logging
from datetime import timedelta

from opentelemetry import metrics

from libs.runtime.backoff import Backoff
from libs.runtime.fetch import Fetch, Outgoing
from libs.runtime.not_fetched import NotFetched
from libs.runtime.rounds import Rounds
from services.rtb.domain.offer import USER_AGENT
from services.rtb.store.notices import Due, Notices

EVERY_SECONDS = 0.5
WITHIN_SECONDS = 5.0
BACKOFF = Backoff(timedelta(seconds=5), 3, timedelta(hours=4), tries_max=12)  # about a day

log = logging.getLogger(__name__)
_given_up = metrics.get_meter("rtb").create_counter(
    "notices.given_up", description="Notices that a bidder did not take within a day"
)


class NoticingDesk:
    """One per process; each row is fetched by one of them at a time."""

    def __init__(self, notices: Notices, fetch: Fetch) -> None:
        self._notices = notices
        self._fetch = fetch
        self._rounds = Rounds("rtb-notices", EVERY_SECONDS, self._tell_all)

    def start(self) -> None:
        """Begin to tell."""
        self._rounds.start()

    async def stop(self) -> None:
        """Stop telling; what is under way is told again by the next process."""
        await self._rounds.stop()

    async def tell(self) -> int:
        """Tell what is due; give how many notices that were."""
        due = await self._notices.due()
        await asyncio.gather(*(self._one(one) for one in due))
        return len(due)

    async def _one(self, due: Due) -> None:
        failure = await self._failure(due.url)
        if failure is None:
            await self._notices.told(due.key)
            return
        again = BACKOFF.after(due.tries)
        if again is None:
            log.warning("a notice is given up: %s", failure)
            _given_up.add(1)
        await self._notices.failed(due.key, failure, again)

    async def _failure(self, url: str) -> str | None:
        try:
            fetched = await self._fetch(
                Outgoing("GET", url, {"User-Agent": USER_AGENT}), WITHIN_SECONDS
            )
        except NotFetched as fault:
            return fault.text
        return None if 200 <= fetched.status < 300 else f"status {fetched.status}"  # noqa: PLR2004

    async def _tell_all(self) -> None:
        while await self.tell():
            pass
