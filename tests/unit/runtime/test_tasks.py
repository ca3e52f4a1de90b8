"""A task that is to end does, even if it lost the first word of it."""

import asyncio
import contextlib

from libs.runtime.tasks import ended

GIVEN_UP_SECONDS = 30.0  # a bound for a test that would otherwise wait for ever


async def test_a_lost_cancellation_is_said_again() -> None:
    """What Python 3.11's `wait_for` does when it is cancelled at the moment it waited for."""
    lost = 0

    async def deaf_once() -> None:
        nonlocal lost
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        lost += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(deaf_once())
    await asyncio.sleep(0)

    async with asyncio.timeout(GIVEN_UP_SECONDS):
        await ended(task)

    assert task.cancelled()
    assert lost == 1


async def test_nothing_and_what_is_over_are_ended_already() -> None:
    async def fails() -> None:
        raise ValueError

    task = asyncio.create_task(fails())
    await asyncio.wait([task])

    await ended(None)
    await ended(task)

    assert isinstance(task.exception(), ValueError)
