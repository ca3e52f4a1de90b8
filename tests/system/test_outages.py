"""Whatever is away, the caller hears something sensible, and nothing is lost once it is back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.servers import NatsServer, PostgresServer
from libs.contracts.tracking import CallState
from libs.runtime.migrations import migrate_all, migrated_services
from tests.kit.hosting import House, eventually, is_whole, running_house

NUMBER = "+18005550100"
CAPPED, FREE = "+15550100001", "+15550100002"
SCRIPT = "*=answer:1,talk:9,callee-hangs-up"


@pytest.fixture
async def fragile_house(
    own_nats: NatsServer, own_postgres: PostgresServer, tmp_path: Path
) -> AsyncIterator[House]:
    """A house whose servers a test may kill."""
    await asyncio.to_thread(migrate_all, own_postgres.url, migrated_services())
    async with running_house(own_nats.url, own_postgres.url, tmp_path) as house:
        buyer = await house.buyer()
        capped = await house.target(buyer, CAPPED, concurrency_cap=5)
        free = await house.target(buyer, FREE, dial_without_hold=True)
        await house.campaign(capped, free, number=NUMBER)
        await eventually(lambda: plans_are_known(tmp_path))
        yield house


async def plans_are_known(folder: Path) -> bool | None:
    kept = folder / "plans.json"
    return True if kept.exists() and FREE in kept.read_text() else None


async def test_nats_is_killed_and_comes_back(fragile_house: House, own_nats: NatsServer) -> None:
    await asyncio.to_thread(own_nats.kill)

    report = await fragile_house.call(NUMBER, SCRIPT)

    assert report.errors == ()
    assert [leg.destination for leg in report.legs] == [FREE]  # never a capped target
    await asyncio.to_thread(own_nats.start)
    detail = await fragile_house.record(report, account_id=fragile_house.account_id)
    assert detail.call.fell_back
    assert detail.call.state is CallState.COMPLETED
    again = await eventually(lambda: routed(fragile_house))
    assert again


async def test_postgresql_is_killed_and_comes_back(
    fragile_house: House, own_postgres: PostgresServer
) -> None:
    await asyncio.to_thread(own_postgres.kill)

    report = await fragile_house.call(NUMBER, SCRIPT)

    assert report.errors == ()
    assert [leg.destination for leg in report.legs] == [FREE]
    await asyncio.to_thread(own_postgres.start)
    detail = await fragile_house.record(report)
    assert detail.call.fell_back
    assert await eventually(lambda: routed(fragile_house))


async def routed(house: House) -> bool | None:
    """Whether a call goes to the capped target again, so a hold can be taken."""
    await eventually(lambda: is_whole(house.ingress))
    report = await house.call(NUMBER, SCRIPT)
    assert report.errors == ()
    return True if report.legs[0].destination == CAPPED else None
