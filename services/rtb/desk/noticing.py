"""The noticing desk: fetches the addresses by which bidders learn what became of their bids."""

import asyncio
import logging
import random
from datetime import timedelta

from opentelemetry import metrics
from sqlalchemy.exc import DBAPIError

from libs.runtime.database import NOT_NOW
from libs.runtime.fetch import Fetch, NotFetched, Outgoing
from libs.runtime.tasks import ended
from services.rtb.domain.offer import USER_AGENT
from services.rtb.store.notices import Due, Notices

EVERY_SECONDS = 0.5
WITHIN_SECONDS = 5.0
TRIES_MAX = 12  # about a day
FIRST_AGAIN_SECONDS = 5
AGAIN_MAX_SECONDS = 4 * 3_600
JITTER = 0.2

log = logging.getLogger(__name__)
_given_up = metrics.get_meter("rtb").create_counter(
    "notices.given_up", description="Notices that a bidder did not take within a day"
)


class NoticingDesk:
    """One per process; each row is fetched by one of them at a time."""

    def __init__(self, notices: Notices, fetch: Fetch) -> None:
        self._notices = notices
        self._fetch = fetch
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to tell."""
        self._task = asyncio.create_task(self._tell_for_ever(), name="rtb-notices")

    async def stop(self) -> None:
        """Stop telling; what is under way is told again by the next process."""
        await ended(self._task)

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
        again = again_after(due.tries)
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

    async def _tell_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                while await self.tell():
                    pass
            except (*NOT_NOW, DBAPIError) as fault:
                log.warning("notices could not be read: %r", fault)


def again_after(tries: int) -> timedelta | None:
    """How long after so many tries the next one is made; None: no more.

    >>> [again_after(12), again_after(1) < timedelta(seconds=7)]
    [None, True]
    """
    if tries >= TRIES_MAX:
        return None
    seconds = min(FIRST_AGAIN_SECONDS * 3 ** (tries - 1), AGAIN_MAX_SECONDS)
    spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - only apart from each other
    return timedelta(seconds=seconds * spread)
