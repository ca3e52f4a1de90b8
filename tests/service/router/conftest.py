"""Fixtures of the router's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.postgres import Databases
from tests.service.router.stage import Stage, running_stage


@pytest.fixture
async def stage(nats_url: str, databases: Databases) -> AsyncIterator[Stage]:
    """A router that runs; at the end every decision it made is taken again."""
    async with running_stage(nats_url, databases.fresh("router")) as running:
        yield running
