"""Asking bidders: all at once, within one deadline; the only outbound HTTP of auctions.

Who answers late is still heard for a while, for the record and for what can be learnt of it.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.contracts.auction import Loss
from libs.contracts.ids import RtbTargetId
from libs.runtime.fetch import Fetch, Outgoing
from libs.runtime.not_fetched import Failure, NotFetched
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.offer import Request
from services.rtb.domain.reply import Reply

LATE_MAX_MS = 2_000  # how long after the deadline an answer is still listened for
LATE_TASKS_MAX = 500  # so many are listened to at once: their lines are a quarter of all

_LOSSES = {
    Failure.ADDRESS_REFUSED: Loss.ADDRESS_REFUSED,
    Failure.UNREACHABLE: Loss.UNREACHABLE,
    Failure.LATE: Loss.LATE,
    Failure.TOO_LARGE: Loss.TOO_LARGE,
    Failure.UNREADABLE: Loss.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Asking:
    """One bidder to be asked.

    After `patience_ms` nobody waits for it alone; an answer after `timeout_ms` does not count.
    """

    target_id: RtbTargetId
    request: Request
    timeout_ms: int
    patience_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply, and what it says."""

    reply: Reply
    said: Bid | NoBid


Read = Callable[[RtbTargetId, Reply], Bid | NoBid]
WhenLate = Callable[[RtbTargetId, Heard], None]


class _Round:
    """Those who are waited for; `over` is done when there is nobody left."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._left: set[asyncio.Task[Heard]] = set()
        self.over = self._loop.create_future()

    def wait_for(self, task: asyncio.Task[Heard], patience_ms: float) -> None:
        """Wait for one more, not longer than that."""
        self._left.add(task)
        task.add_done_callback(self._leave)
        self._loop.call_later(patience_ms / 1_000, self._leave, task)

    def _leave(self, task: asyncio.Task[Heard]) -> None:
        self._left.discard(task)
        if not self._left and not self.over.done():
            self.over.set_result(None)


class Bidders:
    """Sends the questions of auctions."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._late: set[asyncio.Task[Heard]] = set()

    async def ask(
        self, askings: Sequence[Asking], within_ms: float, read: Read, when_late: WhenLate
    ) -> dict[RtbTargetId, Heard]:
        """What was said in time, by bidder; all others are late.

        A reply is read when it comes, while others are still waited for.
        """
        if not askings:
            return {}
        tasks = {asyncio.create_task(self._heard(asking, read)): asking for asking in askings}
        waiting = _Round()
        for task, asking in tasks.items():
            waiting.wait_for(task, asking.patience_ms)
        try:
            await asyncio.wait((waiting.over,), timeout=within_ms / 1_000)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            raise
        in_time: dict[RtbTargetId, Heard] = {}
        for task, asking in tasks.items():
            if task.done() and task.result().reply.milliseconds <= asking.timeout_ms:
                in_time[asking.target_id] = task.result()
            else:
                self._hear_late(task, asking.target_id, when_late)
        return in_time

    async def one(self, asking: Asking) -> Reply:
        """Ask a single bidder."""
        return await self._one(asking, asking.timeout_ms / 1_000)

    async def stop(self) -> None:
        """Listen to nobody any more."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _heard(self, asking: Asking, read: Read) -> Heard:
        """What one says; whoever is listened to for too long is cancelled."""
        reply = await self._one(asking, None)
        return Heard(reply, read(asking.target_id, reply))

    async def _one(self, asking: Asking, within_seconds: float | None) -> Reply:
        began = time.perf_counter()
        request = asking.request
        outgoing = Outgoing(request.method, request.url, request.headers, request.body)
        try:
            fetched = await self._fetch(outgoing, within_seconds)
        except NotFetched as fault:
            took = (time.perf_counter() - began) * 1_000
            return Reply(took, loss=_LOSSES[fault.failure], note=fault.text)
        return Reply(fetched.milliseconds, fetched.status, fetched.body)

    def _hear_late(
        self, task: asyncio.Task[Heard], target_id: RtbTargetId, when_late: WhenLate
    ) -> None:
        if len(self._late) >= LATE_TASKS_MAX:
            task.cancel()
            return
        self._late.add(task)
        asyncio.get_running_loop().call_later(LATE_MAX_MS / 1_000, task.cancel)

        def heard(done: asyncio.Task[Heard]) -> None:
            self._late.discard(done)
            if not done.cancelled() and done.exception() is None:
                late = done.result()
                if late.reply.status is not None:
                    when_late(target_id, late)

        task.add_done_callback(heard)
