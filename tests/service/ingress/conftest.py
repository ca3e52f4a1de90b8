"""A connected ingress, a played router, a played Twilio, and an ear for the log."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.service.ingress.played_router import PlayedRouter, played_router
from tests.service.ingress.played_twilio import PlayedTwilio, played_twilio
from tests.service.ingress.stage import Ingress, running_ingress


@pytest.fixture
async def router(nats_url: str) -> AsyncIterator[PlayedRouter]:
    async with played_router(nats_url) as running:
        yield running


@pytest.fixture
async def ingress(nats_url: str, router: PlayedRouter, tmp_path: Path) -> AsyncIterator[Ingress]:
    """An ingress that knows the fallback plans."""
    async with running_ingress(nats_url, tmp_path) as running:
        await running.settled()
        yield running


@pytest.fixture
async def twilio() -> AsyncIterator[PlayedTwilio]:
    async with played_twilio() as running:
        yield running


class Ear(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def said() -> Iterator[list[logging.LogRecord]]:
    """What the ingress logs: it takes the process's own handlers away when it is made."""
    logger, ear = logging.getLogger("services.ingress"), Ear()
    level = logger.level
    logger.addHandler(ear)
    logger.setLevel(logging.INFO)
    yield ear.records
    logger.removeHandler(ear)
    logger.setLevel(level)
