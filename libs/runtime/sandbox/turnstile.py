"""Who gets the next free worker: whoever waits longest, but no owner has more than its share.

So that the code of one owner, however slow, leaves workers and processors to all others.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from libs.runtime.sandbox.limits import WAITING_MAX


class Living(Protocol):
    """What can end at any time."""

    @property
    def alive(self) -> bool:
        """Whether it has not."""


Who = TypeVar("Who", bound=Living)


class Busy(Exception):
    """No worker was free in time."""


@dataclass(frozen=True, eq=False)
class _Ticket(Generic[Who]):
    owner: Hashable
    worker: asyncio.Future[Who]


class Turnstile(Generic[Who]):
    """Workers that are free, and who waits for one.  `most` is what one owner may have at once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._free: list[Who] = []
        self._taken: Counter[Hashable] = Counter()
        self._waiting: deque[_Ticket[Who]] = deque()

    def add(self, worker: Who) -> None:
        """A worker is free."""
        self._free.append(worker)
        self._serve()

    async def take(self, owner: Hashable, seconds: float) -> Who:
        """The next worker that is free for this owner.  Raises Busy."""
        if len(self._waiting) >= WAITING_MAX:
            raise Busy
        ticket: _Ticket[Who] = _Ticket(owner, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        self._serve()
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(ticket.worker)
        except BaseException as fault:
            self._withdraw(ticket)
            if isinstance(fault, TimeoutError):
                raise Busy from None
            raise

    def give_back(self, owner: Hashable, worker: Who) -> None:
        """The owner is through with it; who ended with its call is nobody's any more."""
        self._taken[owner] -= 1
        if not self._taken[owner]:
            del self._taken[owner]
        if worker.alive:
            self._free.append(worker)
        self._serve()

    def _withdraw(self, ticket: _Ticket[Who]) -> None:
        """Nobody waits for this any more; it may have been served at the same moment."""
        if ticket.worker.done():
            self.give_back(ticket.owner, ticket.worker.result())
        else:
            self._waiting.remove(ticket)

    def _serve(self) -> None:
        self._free = [worker for worker in self._free if worker.alive]
        for ticket in list(self._waiting):
            if not self._free:
                return
            if self._taken[ticket.owner] < self._most:
                self._waiting.remove(ticket)
                self._taken[ticket.owner] += 1
                ticket.worker.set_result(self._free.pop())
