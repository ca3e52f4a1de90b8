"""Any part is killed while people call: they hear something sensible, and nothing is lost.

The product is started once for all tests; each has an account and a number of its own, and leaves
all parts running.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.system.crash.town import CALLS_AROUND, FREE, Product, Town, product_running, town_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with product_running(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def town(product: Product) -> AsyncIterator[Town]:
    async with town_in(product) as running:
        yield running


@pytest.mark.parametrize("victim", ["router", "tracking"])
async def test_a_service_is_killed(town: Town, victim: str) -> None:
    process = town.product.routers[0] if victim == "router" else town.product.tracking
    town.callers.start()
    await town.callers.more(CALLS_AROUND)
    await asyncio.to_thread(process.kill)
    await town.callers.more(CALLS_AROUND)
    process.start()
    await process.ready()
    await town.callers.more(CALLS_AROUND)
    await town.all_is_well()


@pytest.mark.parametrize("victim", ["nats", "postgres"])
async def test_a_server_is_killed(town: Town, victim: str) -> None:
    processes = town.product.processes
    server = processes.nats if victim == "nats" else processes.postgres
    town.callers.start()
    await town.callers.more(CALLS_AROUND)
    await asyncio.to_thread(server.kill)
    await town.callers.more(CALLS_AROUND)
    await asyncio.to_thread(server.start)
    await town.callers.more(CALLS_AROUND)
    await town.all_is_well()


async def test_one_of_two_routers_is_killed(town: Town) -> None:
    other = town.product.processes.service("router", "1")
    other.start()
    await other.ready()
    town.callers.start()
    await town.callers.more(CALLS_AROUND)
    await asyncio.to_thread(other.kill)
    await town.callers.more(CALLS_AROUND)
    await town.all_is_well()


async def test_an_ingress_that_starts_while_nats_is_down_knows_its_plans(town: Town) -> None:
    product = town.product
    await asyncio.to_thread(product.ingress.kill)
    await asyncio.to_thread(product.processes.nats.kill)
    product.ingress.start()
    await product.ingress.ready(whole=False)
    town.callers.start()
    await town.callers.more(1)
    await asyncio.to_thread(product.processes.nats.start)
    reports = list(town.callers.reports)
    await town.all_is_well()
    assert {leg.destination for report in reports[:1] for leg in report.legs} == {FREE}
