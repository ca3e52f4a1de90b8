"""The console's stage, for every test of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.local.servers import NatsServer
from tests.kit.nats import Nats, delete_streams
from tests.kit.postgres import Databases, Templates
from tests.service.console.shop import Shop
from tests.service.console.stage import Stage, running_stage

HERE = Path(__file__).parent
IN_ONE_LOOP = pytest.mark.asyncio(loop_scope="module")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run each file's tests in the loop in which its services live; all folders' come by here."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(IN_ONE_LOOP, append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def services(nats_server: Nats, database_templates: Templates) -> AsyncIterator[Stage]:
    """Started once for all tests of a file."""
    await delete_streams(nats_server.url)
    databases = Databases(database_templates)
    async with running_stage(nats_server.url, databases.fresh()) as stage:
        yield stage
    databases.drop()


@pytest_asyncio.fixture(loop_scope="module")
async def stage(services: Stage) -> AsyncIterator[Stage]:
    """The file's services, with an account of the test's own."""
    async with services.for_one_test() as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def own_stage(own_nats: NatsServer, database_url: str) -> AsyncIterator[Stage]:
    """Services of the test's own, which it may stop or look into."""
    async with running_stage(own_nats.url, database_url) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="module")
async def shop(stage: Stage) -> AsyncIterator[Shop]:
    transport = httpx.ASGITransport(app=stage.rtb)
    async with httpx.AsyncClient(transport=transport, base_url="http://rtb") as http:
        shop = Shop(stage, http)
        await shop.open()
        yield shop
