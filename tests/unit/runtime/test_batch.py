"""What arrives while a group is done joins the next one; one bad item spoils no other."""

import asyncio
from collections.abc import Sequence

import psycopg
import pytest

from libs.runtime.batch import Batch


async def test_what_arrives_meanwhile_is_one_group() -> None:
    groups: list[list[int]] = []
    go = asyncio.Event()

    async def work(items: Sequence[int]) -> Sequence[int]:
        groups.append(list(items))
        await go.wait()
        return [item * 2 for item in items]

    batch = Batch(work, size_max=10)
    waiting = [asyncio.create_task(batch.add(item)) for item in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    go.set()
    assert await asyncio.gather(*waiting) == [0, 2, 4, 6, 8]
    assert [item for group in groups for item in group] == list(range(5))
    assert len(groups) <= 2


async def test_a_bad_item_is_found_by_trying_each_alone() -> None:
    async def work(items: Sequence[int]) -> Sequence[int]:
        if 3 in items:
            raise ValueError("three")
        return items

    batch = Batch(work, size_max=10, gather_seconds=0.001)
    results = await asyncio.gather(*(batch.add(n) for n in range(5)), return_exceptions=True)
    assert [result for result in results if not isinstance(result, ValueError)] == [0, 1, 2, 4]
    assert isinstance(results[3], ValueError)


async def test_an_absent_database_is_told_to_all_at_once() -> None:
    tries = 0

    async def work(items: Sequence[int]) -> Sequence[int]:
        nonlocal tries
        tries += 1
        raise psycopg.OperationalError("away")

    batch = Batch(work, size_max=10, gather_seconds=0.001)
    results = await asyncio.gather(*(batch.add(n) for n in range(5)), return_exceptions=True)
    assert all(isinstance(result, psycopg.OperationalError) for result in results)
    assert tries == 1


async def test_an_asker_who_gave_up_does_not_disturb_the_others() -> None:
    go = asyncio.Event()

    async def work(items: Sequence[int]) -> Sequence[int]:
        await go.wait()
        return items

    batch = Batch(work, size_max=1)
    first, second = (asyncio.create_task(batch.add(item)) for item in (1, 2))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first
