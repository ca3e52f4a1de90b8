"""Flows without its process: its desks on a real broker and database."""

from collections.abc import AsyncIterator

import pytest

from libs.runtime.broker import Broker
from libs.runtime.database import Database
from tests.service.flows.live import Live


@pytest.fixture
async def live(nats_url: str, database_url: str) -> AsyncIterator[Live]:
    database, broker = Database(database_url, "tests"), Broker(nats_url, "flows")
    await database.open()
    broker.open()
    yield Live(database, broker)
    await broker.close()
    await database.close()
