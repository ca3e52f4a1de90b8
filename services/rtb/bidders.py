"""Asking bidders: all at once, within one deadline; the only outbound HTTP of auctions.

Who answers late is heard to the end of its own timeout, for the record alone.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.contracts.auction import Loss
from libs.contracts.ids import RtbTargetId
from libs.runtime.fetch import Failure, Fetch, NotFetched, Outgoing
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.offer import Request
from services.rtb.domain.reply import Reply

LATE_MAX_MS = 2_000  # how long after the deadline an answer is still listened for
LATE_TASKS_MAX = 5_000  # above it nobody late is listened to any more

_LOSSES = {
    Failure.ADDRESS_REFUSED: Loss.ADDRESS_REFUSED,
    Failure.UNREACHABLE: Loss.UNREACHABLE,
    Failure.LATE: Loss.LATE,
    Failure.TOO_LARGE: Loss.TOO_LARGE,
    Failure.UNREADABLE: Loss.UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class Asking:
    """One bidder to be asked, and how long it is waited for."""

    target_id: RtbTargetId
    request: Request
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply, and what it says."""

    reply: Reply
    said: Bid | NoBid


Read = Callable[[RtbTargetId, Reply], Bid | NoBid]
WhenLate = Callable[[RtbTargetId, Reply], None]


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
        tasks = {
            asyncio.create_task(self._heard(asking, read)): asking.target_id for asking in askings
        }
        try:
            done, pending = await asyncio.wait(tasks, timeout=within_ms / 1_000)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            raise
        for task in pending:
            self._hear_late(task, tasks[task], when_late)
        return {tasks[task]: task.result() for task in done}

    async def one(self, asking: Asking) -> Reply:
        """Ask a single bidder."""
        return await self._one(asking)

    async def stop(self) -> None:
        """Listen to nobody any more."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _heard(self, asking: Asking, read: Read) -> Heard:
        reply = await self._one(asking)
        return Heard(reply, read(asking.target_id, reply))

    async def _one(self, asking: Asking) -> Reply:
        began = time.perf_counter()
        request = asking.request
        outgoing = Outgoing(request.method, request.url, request.headers, request.body)
        try:
            fetched = await self._fetch(outgoing, asking.timeout_ms / 1_000)
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
                when_late(target_id, done.result().reply)

        task.add_done_callback(heard)
