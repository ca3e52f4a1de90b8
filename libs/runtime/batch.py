"""Group commit: what arrives while a statement runs is done together by the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from libs.runtime.database import is_not_now

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class _Waiting(Generic[Item, Result]):
    item: Item
    result: asyncio.Future[Result] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Batch(Generic[Item, Result]):
    """Collects items and has them done a group at a time, `lanes` groups at once.

    `work` gives one result for each item, in order.  When it raises, the group's
    items are tried again one by one, so that one bad item spoils no other; but a
    fault that passes by itself (the database is away) is told to all of them at once.
    A lane waits `gather_seconds` before it takes a group: for work that nobody waits for.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        size_max: int,
        lanes: int = 1,
        gather_seconds: float = 0.0,
    ) -> None:
        self._work = work
        self._size_max = size_max
        self._lanes_free = lanes
        self._gather_seconds = gather_seconds
        self._waiting: list[_Waiting[Item, Result]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def add(self, item: Item) -> Result:
        """Have one item done; raises what doing it alone raised."""
        waiting = _Waiting[Item, Result](item)
        self._waiting.append(waiting)
        if self._lanes_free:
            self._lanes_free -= 1
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.result

    async def _run(self) -> None:
        try:
            while self._waiting:
                if self._gather_seconds and len(self._waiting) < self._size_max:
                    await asyncio.sleep(self._gather_seconds)
                group = self._waiting[: self._size_max]
                del self._waiting[: self._size_max]
                await self._do(group)
        finally:
            self._lanes_free += 1

    async def _do(self, group: list[_Waiting[Item, Result]]) -> None:
        try:
            results = await self._work([waiting.item for waiting in group])
        except Exception as fault:  # noqa: BLE001 - each item's owner is told by its future
            if len(group) == 1 or is_not_now(fault):
                for waiting in group:
                    _settle(waiting.result, fault)
                return
            for waiting in group:
                await self._do([waiting])
            return
        for waiting, result in zip(group, results, strict=True):
            if not waiting.result.done():
                waiting.result.set_result(result)


def _settle(future: asyncio.Future[Result], fault: Exception) -> None:
    if not future.done():  # the asker may have given up
        future.set_exception(fault)
