"""The console's stage, for every test of this folder."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio

from tests.kit.nats import Nats, delete_streams
from tests.kit.postgres import Databases, Templates
from tests.service.console.shop import Shop
from tests.service.console.stage import Stage, running_stage


@pytest.fixture
async def stage(nats_url: str, database_url: str) -> AsyncIterator[Stage]:
    async with running_stage(nats_url, database_url) as stage:
        yield stage


@pytest.fixture(scope="module")
def lasting_database(database_templates: Templates) -> Iterator[str]:
    databases = Databases(database_templates)
    yield databases.fresh()
    databases.drop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(nats_server: Nats, lasting_database: str) -> AsyncIterator[Stage]:
    """One stage for a whole file, whose tests take an account each (`Stage.for_another`)."""
    await delete_streams(nats_server.url)
    async with running_stage(nats_server.url, lasting_database) as stage:
        yield stage


@pytest.fixture
async def shop(nats_url: str, database_url: str) -> AsyncIterator[Shop]:
    async with running_stage(nats_url, database_url) as stage:
        transport = httpx.ASGITransport(app=stage.rtb)
        async with httpx.AsyncClient(transport=transport, base_url="http://rtb") as http:
            shop = Shop(stage, http)
            await shop.open()
            yield shop
