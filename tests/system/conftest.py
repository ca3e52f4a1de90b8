"""The whole system, in one process."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.hosting import House, running_house


@pytest.fixture
async def house(
    nats_url: str, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[House]:
    async with running_house(nats_url, database_url, tmp_path) as running:
        yield running
    choked = [record for record in caplog.get_records("call") if record.name == "libs.runtime.dead"]
    assert choked == []  # every reader could do something with all that it heard
