"""Fixtures of the sandbox's tests: one sandbox for each file, whole before each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from libs.runtime.sandbox.sandbox import Sandbox
from tests.service.sandbox.stage import WORKERS, Guest, whole, workers


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    made = Sandbox(WORKERS)
    await made.start()
    await whole(made)
    yield made
    await made.stop()
    assert workers() == []


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def all_are_there(sandbox: Sandbox) -> None:
    await whole(sandbox)


@pytest.fixture
def guest(sandbox: Sandbox) -> Guest:
    return Guest(sandbox, "guest")


@pytest.fixture
def neighbour(sandbox: Sandbox) -> Guest:
    return Guest(sandbox, "neighbour")
