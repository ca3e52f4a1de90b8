"""A connected ingress and a played router."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.service.ingress.stage import Ingress, PlayedRouter, played_router, running_ingress


@pytest.fixture
async def router(nats_url: str) -> AsyncIterator[PlayedRouter]:
    async with played_router(nats_url) as running:
        yield running


@pytest.fixture
async def ingress(nats_url: str, router: PlayedRouter, tmp_path: Path) -> AsyncIterator[Ingress]:
    async with running_ingress(nats_url, tmp_path) as running:
        await running.connected()
        yield running
