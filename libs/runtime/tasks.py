"""Ending background tasks, for certain."""

import asyncio
from typing import Any

CANCEL_AGAIN_SECONDS = 1.0  # what a task cleans up takes milliseconds


async def ended(task: asyncio.Task[Any] | None) -> None:
    """Cancel a task, if there is one, until it is over; what it raised is not of interest.

    Once is not enough: on Python 3.11 `asyncio.wait_for`, which also our libraries use, loses
    a cancellation that comes at the moment for which it waited, and the task goes on for ever.
    """
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)
    if task is not None and not task.cancelled():
        task.exception()  # looked at, so that nobody complains that it was not
