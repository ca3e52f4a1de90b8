"""Fixtures for all tests, and what each folder may do."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer

from tests.kit.budgets import Budgets, enforced_here
from tests.kit.nats import nats_server, nats_servers, nats_url, own_nats
from tests.kit.postgres import (
    database_templates,
    database_url,
    databases,
    own_postgres,
    postgres_server,
)
from tests.kit.sharing import FilesInOrder
from tests.kit.sockets import refuse_connections

__all__ = [
    "database_templates",
    "database_url",
    "databases",
    "nats_server",
    "nats_servers",
    "nats_url",
    "own_nats",
    "own_postgres",
    "postgres_server",
]

UNIT = Path(__file__).parent / "unit"

# On a shared machine an example's time says nothing; in CI the same examples run every time.
hypothesis.settings.register_profile(
    "callcenter",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("callcenter")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("ANTHROPIC_API_KEY", None)  # a machine's own would be used, and paid for
    config.addinivalue_line("markers", "sockets: a unit test that may connect over IP")
    if not hasattr(config, "workerinput"):  # with xdist, the one process that sees all reports
        workers = getattr(config.option, "numprocesses", None) or 1
        config.pluginmanager.register(Budgets(workers, enforced=enforced_here()), "budgets")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesInOrder | None:
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FilesInOrder(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Nothing that is imported becomes garbage: looking for some takes a fifth of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.fixture(autouse=True)
def units_do_not_connect(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.path.is_relative_to(UNIT) or request.node.get_closest_marker("sockets"):
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        refuse_connections(patch)
        yield
