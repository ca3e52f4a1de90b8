"""The following desk: keeps the copy of the router's pools and numbers up to date.

The router is asked what is newer than the copy: at start, soon after a change was announced, once
more a moment later, and every minute.  So a lost announcement only delays, and a copy that was
restored from yesterday heals by itself.
"""

import asyncio
import logging

from nats.aio.msg import Msg

from libs.contracts.editing import NumberChanged, PoolChanged
from libs.contracts.known_numbers import AskNumbers, KnownNumbers
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.rounds import tried
from libs.runtime.tasks import ended
from services.tracking.store.numbers import Numbers

ASK_EVERY_SECONDS = 60.0
RETRY_SECONDS = 1.0  # while the router is away
DEBOUNCE_SECONDS = 0.1  # an edit often comes with others
LOOK_AGAIN_SECONDS = 2.0  # after that: the router that answered may have taken the edit up later
ASK_WITHIN_MS = 5_000
PAGES_MAX = 1_000
HEARD = (NumberChanged.subject, PoolChanged.subject)

log = logging.getLogger(__name__)


class FollowingDesk:
    """One per process; replicas write the same."""

    def __init__(self, numbers: Numbers, ask: Ask, broker: Broker) -> None:
        self._numbers = numbers
        self._ask = ask
        self._broker = broker
        self._changed = asyncio.Event()
        self._following = asyncio.Lock()
        self._listening = False
        self._task: asyncio.Task[None] | None = None
        broker.on_connected(self._listen)
        broker.on_thrown_out(self._forget_subscription)

    def start(self) -> None:
        """Begin to follow the router."""
        self._task = asyncio.create_task(self._follow_for_ever(), name="numbers")

    async def stop(self) -> None:
        """Stop following."""
        await ended(self._task)

    async def catch_up(self) -> None:
        """Ask for everything that is new; raise Unanswered or Refused."""
        async with self._following:
            since, after, version = await self._numbers.version(), None, None
            for _ in range(PAGES_MAX):
                question = AskNumbers(since=since, after=after)
                known: KnownNumbers = await self._ask(question, Deadline.within(ASK_WITHIN_MS))
                # What changes while pages are turned is newer than the first of them.
                version = known.version if version is None else min(version, known.version)
                after = known.after
                await self._numbers.take(known, version if after is None else None)
                if after is None:
                    return

    def _forget_subscription(self) -> None:
        self._listening = False

    async def _listen(self) -> None:
        self._changed.set()
        if not self._listening:
            for subject in HEARD:
                await self._broker.client.subscribe(subject, cb=self._hear)
            self._listening = True

    async def _hear(self, _: Msg) -> None:
        self._changed.set()

    async def _follow_for_ever(self) -> None:
        wait = ASK_EVERY_SECONDS
        while True:
            if not await tried(self._caught_up(), "numbers"):
                wait = RETRY_SECONDS
            try:
                await asyncio.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                wait = ASK_EVERY_SECONDS
            else:
                wait = LOOK_AGAIN_SECONDS
                await asyncio.sleep(DEBOUNCE_SECONDS)
            self._changed.clear()

    async def _caught_up(self) -> bool:
        try:
            await self.catch_up()
        except (Unanswered, Refused) as fault:
            log.info("the router does not tell its numbers: %s", fault)
            return False
        return True
