"""A pool's number is one visitor's at a time, whatever races."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from libs.contracts.dni import Rotation
from libs.contracts.ids import AccountId
from libs.contracts.known_numbers import KnownPool
from services.tracking.domain.pool import Clocks
from services.tracking.store.beating import Beat, Beating
from services.tracking.store.leasing import Leased, NoneFree
from services.tracking.store.pool_use import PoolUses
from tests.kit.facts import ACCOUNT
from tests.kit.postgres import Databases
from tests.service.tracking.websites import Pools, a_tag, a_wish, open_pools


@pytest.fixture
async def pools(databases: Databases) -> AsyncIterator[Pools]:
    async with open_pools(databases.fresh("tracking")) as pools:
        yield pools


def visitor() -> str:
    return uuid4().hex


async def test_200_visitors_at_once_on_10_numbers(pools: Pools) -> None:
    await pools.fill(10)
    tag = a_tag(pools.pool_id)
    wishes = [a_wish(tag, visitor(), household=f"192.0.2.{at}") for at in range(200)]

    got = await asyncio.gather(
        *(pools.leasings[at % 2].take(wish) for at, wish in enumerate(wishes))
    )

    numbers = [one.number for one in got if isinstance(one, Leased)]
    assert len(numbers) == len(set(numbers)) == 10
    assert got.count(NoneFree(too_often=False)) == 190
    held = pools.rows(
        "select count(*), count(distinct visitor), count(distinct visit_id) "
        "from tracking.line where free_at > now()"
    )
    assert held == [(10, 10, 10)]
    assert pools.rows("select count(*) from tracking.visit") == [(10,)]


async def test_how_far_a_pool_is_used_is_told(pools: Pools) -> None:
    await pools.fill(3)
    known = KnownPool(account_id=ACCOUNT, pool_id=pools.pool_id, campaign_id=None)
    await pools.tell([], pools=(known,))
    tag = a_tag(pools.pool_id, idle_seconds=100, cooldown_seconds=50)
    uses = PoolUses(pools.databases[0])

    async def use() -> tuple[int, int, int]:
        told = await uses.of(ACCOUNT, pools.pool_id)
        assert told is not None
        assert (told.numbers, told.free_at is None) == (3, told.free > 0)
        return told.held, told.resting, told.free

    assert await use() == (0, 0, 3)
    await take(pools, tag, visitor())
    assert await use() == (1, 0, 2)
    pools.later(110)
    await take(pools, tag, visitor())
    await take(pools, tag, visitor())
    assert await use() == (2, 1, 0)
    assert await uses.of(AccountId(uuid4()), pools.pool_id) is None


async def test_one_visitor_in_many_windows_has_one_number(pools: Pools) -> None:
    await pools.fill(10)
    tag, her = a_tag(pools.pool_id), visitor()

    got = await asyncio.gather(*(pools.leasings[at % 2].take(a_wish(tag, her)) for at in range(20)))

    assert len({one.number for one in got if isinstance(one, Leased)}) == 1
    assert len({one.visit_id for one in got if isinstance(one, Leased)}) == 1
    assert pools.rows("select count(*) from tracking.line where visitor = %s", her) == [(1,)]


async def take(pools: Pools, tag: object, her: str, **more: object) -> Leased | NoneFree:
    return await pools.leasings[0].take(a_wish(tag, her, **more))  # type: ignore[arg-type]


async def test_a_number_rests_after_its_lease_and_comes_back(pools: Pools) -> None:
    await pools.fill(1)
    tag = a_tag(pools.pool_id, idle_seconds=100, cooldown_seconds=50)
    her, him = visitor(), visitor()
    first = await take(pools, tag, her)

    pools.later(99)
    assert await take(pools, tag, him) == NoneFree(False)
    pools.later(2)  # the lease is over, the number rests
    assert await take(pools, tag, him) == NoneFree(False)
    back = await take(pools, tag, her)  # for her it does not: but hers is a new visit
    assert isinstance(back, Leased)
    assert isinstance(first, Leased)
    assert (back.number, back.visit_id != first.visit_id) == (first.number, True)
    pools.later(151)
    assert isinstance(await take(pools, tag, him), Leased)


async def test_a_visitor_gets_her_number_again_while_it_is_sticky(pools: Pools) -> None:
    await pools.fill(3)
    tag = a_tag(pools.pool_id, idle_seconds=60, cooldown_seconds=0, sticky_seconds=500)
    her = visitor()
    first = await take(pools, tag, her)
    pools.later(400)
    again = await take(pools, tag, her)
    assert isinstance(first, Leased)
    assert isinstance(again, Leased)
    assert again.number == first.number
    pools.later(600)
    other = await take(pools, tag, her)  # the longest free now, which is another
    assert isinstance(other, Leased)
    assert other.number != first.number
    assert pools.rows("select count(*) from tracking.line where visitor = %s", her) == [(1,)]


async def test_numbers_are_rotated_as_the_tag_says(pools: Pools) -> None:
    numbers = sorted(one.number for one in await pools.fill(20))
    in_order = a_tag(pools.pool_id, rotation=Rotation.IN_ORDER)
    got = [await take(pools, in_order, visitor()) for _ in range(5)]
    assert [one.number for one in got if isinstance(one, Leased)] == numbers[:5]
    drawn = a_tag(pools.pool_id, rotation=Rotation.RANDOM)
    rest = [await take(pools, drawn, visitor()) for _ in range(15)]
    shown = [one.number for one in rest if isinstance(one, Leased)]
    assert sorted(shown) == numbers[5:]
    assert shown != numbers[5:]  # but for one run in 10^12


async def test_one_household_cannot_drain_a_pool(pools: Pools) -> None:
    await pools.fill(10)
    tag = a_tag(pools.pool_id, leases_per_minute=3)
    got = await asyncio.gather(*(take(pools, tag, visitor()) for _ in range(8)))
    assert got.count(NoneFree(too_often=True)) == 5
    assert isinstance(await take(pools, tag, visitor(), household="198.51.100.7"), Leased)
    pools.later(60)
    assert isinstance(await take(pools, tag, visitor()), Leased)


async def test_a_page_keeps_its_number_until_it_is_closed_or_silent(pools: Pools) -> None:
    await pools.fill(1)
    tag = a_tag(pools.pool_id, idle_seconds=100, closed_seconds=20, cooldown_seconds=10)
    held = await take(pools, tag, visitor())
    assert isinstance(held, Leased)
    beating = Beating(pools.databases[1])

    async def beat(*, closed: bool = False) -> bool:
        return await beating.hear(Beat(ACCOUNT, held.visit_id, Clocks.of(tag), closed))

    for _ in range(4):
        pools.later(90)
        assert await beat()
    assert await beat(closed=True)
    pools.later(25)
    assert await take(pools, tag, visitor()) == NoneFree(False)
    pools.later(10)
    assert isinstance(await take(pools, tag, visitor()), Leased)
    assert not await beat()  # it is somebody else's now


async def test_a_number_leaves_its_pool_only_when_nobody_has_it(pools: Pools) -> None:
    (number,) = await pools.fill(1)
    tag = a_tag(pools.pool_id, idle_seconds=100, cooldown_seconds=50)
    held = await take(pools, tag, visitor())
    assert isinstance(held, Leased)
    another = Pools(pools.url).pool_id
    await pools.tell([number.model_copy(update={"pool_id": another})])
    elsewhere = a_tag(another, idle_seconds=100, cooldown_seconds=50)
    assert await take(pools, elsewhere, visitor()) == NoneFree(False)
    clocks = Clocks.of(tag)
    assert await Beating(pools.databases[0]).hear(Beat(ACCOUNT, held.visit_id, clocks, False))
    pools.later(151)
    assert await take(pools, tag, visitor()) == NoneFree(False)
    assert isinstance(await take(pools, elsewhere, visitor()), Leased)
    await pools.tell([], withdrawn=(number.number,))
    pools.later(1_000)
    assert await take(pools, elsewhere, visitor()) == NoneFree(False)
