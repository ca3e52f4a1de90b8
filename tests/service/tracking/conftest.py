"""Fixtures of the tracking service's tests."""

from collections.abc import AsyncIterator

import pytest

from tests.kit.postgres import Databases
from tests.service.tracking.stage import Stage


@pytest.fixture
async def stage(nats_url: str, databases: Databases) -> AsyncIterator[Stage]:
    """A world with a migrated database, in which nothing runs yet."""
    async with Stage(nats_url, databases.fresh("tracking")) as made:
        yield made
