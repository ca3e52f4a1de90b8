"""Blocking calls in threads of their own, which nobody waits for when the process ends."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """At most so many at once.  Whoever stops waiting leaves its thread to itself.

    An executor's threads are waited for at the end of the process, and a call that blocks for
    a minute would keep it from ending.
    """

    def __init__(self, most: int, name: str) -> None:
        self._free = asyncio.Semaphore(most)
        self._name = name

    async def run(self, call: Callable[[], T]) -> T:
        """Give what the call gives, or raise what it raises."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def end(result: T | None, fault: BaseException | None) -> None:
            self._free.release()
            if done.cancelled():
                return
            if fault is not None:
                done.set_exception(fault)
            else:
                done.set_result(result)  # type: ignore[arg-type] # what the call has given

        def work() -> None:
            result, fault = None, None
            try:
                result = call()
            except Exception as caught:  # noqa: BLE001 - raised where it is waited for
                fault = caught
            with suppress(RuntimeError):  # the loop is closed: nobody is there to be told
                loop.call_soon_threadsafe(end, result, fault)

        await self._free.acquire()
        threading.Thread(target=work, name=self._name, daemon=True).start()
        return await done
