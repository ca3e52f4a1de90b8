"""Work that goes on for ever does so whatever goes wrong in one round of it."""

import asyncio

import pytest

from libs.runtime.rounds import Rounds


@pytest.mark.parametrize("fault", [TimeoutError("the database is away"), ValueError("ours")])
async def test_a_round_that_fails_is_logged_and_another_follows(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0
    is_done = asyncio.Event()

    async def work() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise fault
        is_done.set()

    rounds = Rounds("the tests' work", 0.001, work)
    rounds.start()
    async with asyncio.timeout(5):
        await is_done.wait()
    await rounds.stop()

    assert "the tests' work" in caplog.text
    assert str(fault) in caplog.text


async def test_who_hurries_does_not_wait_for_the_time() -> None:
    is_done = asyncio.Event()

    async def work() -> None:
        is_done.set()

    rounds = Rounds("the tests' work", 3_600, work)
    rounds.start()
    rounds.hurry()
    async with asyncio.timeout(5):
        await is_done.wait()
    await rounds.stop()
