"""Fixtures of the router's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.router.desk import numbers_clerk
from tests.kit.hosting import ACCOUNT_SID, AUTH_TOKEN
from tests.kit.played_rest import PlayedRest, played_rest
from tests.kit.postgres import Databases
from tests.service.router.number_line import Line, ingress_at
from tests.service.router.stage import Stage, running_stage


@pytest.fixture
async def stage(nats_url: str, databases: Databases) -> AsyncIterator[Stage]:
    """A router that runs; at the end every decision it made is taken again."""
    async with running_stage(nats_url, databases.fresh("router")) as running:
        yield running


@pytest.fixture
async def rest() -> AsyncIterator[PlayedRest]:
    async with played_rest(ACCOUNT_SID, AUTH_TOKEN) as rest:
        yield rest


@pytest.fixture
async def line(
    stage: Stage, rest: PlayedRest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Line]:
    monkeypatch.setattr(numbers_clerk, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(numbers_clerk, "PAUSE_SECONDS", 0.05)
    async with ingress_at(rest, stage, tmp_path):
        yield Line(stage, rest)
