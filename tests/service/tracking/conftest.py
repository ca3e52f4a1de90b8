"""Fixtures of the tracking service's tests."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.kit.nats import Nats, delete_streams
from tests.kit.postgres import Databases, Templates
from tests.service.tracking.stage import Stage


@pytest.fixture
async def stage(nats_url: str, databases: Databases) -> AsyncIterator[Stage]:
    """A world with a migrated database, in which nothing runs yet."""
    async with Stage(nats_url, databases.fresh("tracking")) as made:
        yield made


@pytest.fixture(scope="module")
def lasting_database(database_templates: Templates) -> Iterator[str]:
    """A database for all tests of a file, which separate what they do."""
    databases = Databases(database_templates)
    yield databases.fresh("tracking")
    databases.drop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting_nats(nats_server: Nats) -> str:
    """A server for all tests of a file, without any stream at their start."""
    await delete_streams(nats_server.url)
    return nats_server.url
