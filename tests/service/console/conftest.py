"""The console's stage, for every test of this folder."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.service.console.shop import Shop
from tests.service.console.stage import Stage, running_stage


@pytest.fixture
async def stage(nats_url: str, database_url: str) -> AsyncIterator[Stage]:
    async with running_stage(nats_url, database_url) as stage:
        yield stage


@pytest.fixture
async def shop(nats_url: str, database_url: str) -> AsyncIterator[Shop]:
    async with running_stage(nats_url, database_url) as stage:
        transport = httpx.ASGITransport(app=stage.rtb)
        async with httpx.AsyncClient(transport=transport, base_url="http://rtb") as http:
            shop = Shop(stage, http)
            await shop.open()
            yield shop
