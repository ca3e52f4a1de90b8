"""Virtual time passes only when all who attend sleep; real time can be hurried."""

import asyncio

import pytest

from deploy.local.carrier import RealClock, VirtualClock
from deploy.local.carrier.clock import EPOCH


async def test_two_sleepers_wake_in_the_order_of_their_alarms() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, *naps: float) -> None:
        with clock.attend():
            for nap in naps:
                await clock.alarm(clock.seconds() + nap)
                woken.append((name, clock.seconds()))

    await asyncio.gather(sleeper("a", 10, 10), sleeper("b", 15, 100))

    assert woken == [("a", 10), ("b", 15), ("a", 20), ("b", 115)]
    assert (clock.now() - EPOCH).total_seconds() == 115


async def test_time_stands_still_while_somebody_is_awake() -> None:
    clock = VirtualClock()

    async def busy() -> float:
        with clock.attend():
            for _ in range(20):
                await asyncio.sleep(0)
            return clock.seconds()

    async def asleep() -> None:
        with clock.attend():
            await clock.alarm(60)

    seen, _ = await asyncio.gather(busy(), asleep())

    assert seen == 0
    assert clock.seconds() == 60


async def test_a_sleeper_who_is_woken_early_moves_no_time() -> None:
    clock = VirtualClock()
    with clock.attend(), clock.attend():  # a second attendant, awake
        alarm = clock.alarm(60)
        alarm.set_result(None)
        await alarm

        assert clock.seconds() == 0


async def test_a_hurried_clock_hurries_only_sleep_and_keeps_the_walls_timestamps() -> None:
    with RealClock(scale=1_000).attend() as clock:
        before, started = clock.now(), clock.seconds()

        await clock.alarm(started + 20)
        slept = clock.seconds() - started
        await asyncio.sleep(0.01)  # an application that takes its time to answer
        waited = clock.seconds() - started - slept

    assert 20 <= slept < 20.5  # a late waking would count a thousandfold
    assert 0.01 <= waited < 5
    assert (clock.now() - before).total_seconds() < 10


async def test_a_hurried_sleeper_who_is_woken_early_has_slept_so_far() -> None:
    with RealClock(scale=1_000).attend() as clock:
        alarm = clock.alarm(clock.seconds() + 3_600)
        await asyncio.sleep(0.01)
        alarm.set_result(None)
        await alarm
        woken = clock.seconds()
        await asyncio.sleep(0.01)

        assert 10 <= woken < 3_600
        assert clock.seconds() - woken < 5


async def test_calls_on_a_real_clock_have_their_own_time() -> None:
    clock = RealClock(scale=1_000)
    with clock.attend() as first:
        await first.alarm(first.seconds() + 60)
        with clock.attend() as second:
            assert second.seconds() == 0


def test_a_clock_cannot_stand_still() -> None:
    with pytest.raises(ValueError, match="above 0"):
        RealClock(scale=0)
