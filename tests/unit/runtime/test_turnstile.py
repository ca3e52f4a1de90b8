"""Free workers go to whoever waits longest, none is lost, and no owner has them all."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.runtime.sandbox.limits import WAITING_MAX
from libs.runtime.sandbox.turnstile import Busy, Turnstile

LONG_SECONDS = 60.0


@dataclass(eq=False)
class Mate:
    """Somebody who works, until she goes."""

    alive: bool = True


def turnstile(workers: int, most: int) -> tuple[Turnstile[Mate], list[Mate]]:
    made: Turnstile[Mate] = Turnstile(most)
    mates = [Mate() for _ in range(workers)]
    for mate in mates:
        made.add(mate)
    return made, mates


def begun(call: Coroutine[Any, Any, Mate]) -> "asyncio.Task[Mate]":
    return asyncio.create_task(call)


async def test_one_owner_leaves_a_worker_to_others() -> None:
    free, _ = turnstile(workers=2, most=1)
    await free.take("one", LONG_SECONDS)

    with pytest.raises(Busy):
        await free.take("one", 0.01)
    await free.take("other", LONG_SECONDS)


async def test_who_waits_longest_comes_first() -> None:
    free, _ = turnstile(workers=1, most=1)
    held = await free.take("one", LONG_SECONDS)
    waiting = [begun(free.take(name, LONG_SECONDS)) for name in ("two", "three")]
    await asyncio.sleep(0)

    free.give_back("one", held)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [each.done() for each in waiting] == [True, False]
    waiting[1].cancel()


async def test_nobody_gets_a_worker_that_has_gone() -> None:
    free, mates = turnstile(workers=2, most=2)
    mates[1].alive = False

    assert await free.take("one", LONG_SECONDS) is mates[0]
    with pytest.raises(Busy):
        await free.take("one", 0.01)


async def test_a_long_line_is_told_at_once() -> None:
    free, _ = turnstile(workers=0, most=1)
    waiting = [begun(free.take(at, LONG_SECONDS)) for at in range(WAITING_MAX)]
    await asyncio.sleep(0)

    with pytest.raises(Busy):
        await asyncio.wait_for(free.take("late", LONG_SECONDS), 1)
    for each in waiting:
        each.cancel()


Call = tuple[int, "asyncio.Task[Mate]"]
STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "give", "cancel", "die", "turn"]), st.integers(0, 3)),
    max_size=60,
)


@given(STEPS, st.integers(1, 3))
def test_no_worker_is_lost_and_no_owner_has_more_than_its_share(
    steps: list[tuple[str, int]], most: int
) -> None:
    asyncio.run(walk(steps, most))


async def walk(steps: list[tuple[str, int]], most: int) -> None:
    """Take, give back, give up and die in any order; then whoever lives is free again."""
    free, mates = turnstile(workers=3, most=most)
    calls: list[Call] = []
    for step, at in steps:
        await done(step, at, free, mates, calls)
        held = [owner for owner, call in calls if call.done() and not call.cancelled()]
        assert all(held.count(owner) <= most for owner in held)
    for _, call in calls:
        call.cancel()
    for owner, call in calls:
        await asyncio.wait([call])
        if not call.cancelled():
            free.give_back(owner, call.result())
    for mate in [mate for mate in mates if mate.alive]:
        assert await free.take(object(), LONG_SECONDS) in mates, mate


async def done(
    step: str, at: int, free: Turnstile[Mate], mates: list[Mate], calls: list[Call]
) -> None:
    """Do one step."""
    if step == "take":
        calls.append((at, begun(free.take(at, LONG_SECONDS))))
    elif step == "die":
        mates[at % len(mates)].alive = False
    elif step == "turn":
        await asyncio.sleep(0)
    elif calls:
        owner, call = calls[at % len(calls)]
        if step == "cancel":
            call.cancel()
        elif call.done() and not call.cancelled():
            calls.remove((owner, call))
            free.give_back(owner, call.result())
