"""rtb's stage, for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.service.rtb.stage import Stage, running_stage


@pytest.fixture
async def stage(nats_url: str, database_url: str) -> AsyncIterator[Stage]:
    async with running_stage(nats_url, database_url) as stage:
        yield stage
