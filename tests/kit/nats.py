"""NATS for tests: a server with JetStream per worker, without any stream at a test's start."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

import nats
import nats.errors
import pytest
from nats.aio.client import Client

from deploy.local.servers import NatsServer
from tests.kit.engine import containers_at_hand, nats_container, server_folder

CONTAINER_READY_WITHIN_S = 10.0


class Nats(Protocol):
    """A server to connect to."""

    @property
    def url(self) -> str: ...


NatsServers = Callable[..., NatsServer]


@contextmanager
def running_nats() -> Iterator[Nats]:
    if containers_at_hand():
        with nats_container() as container:
            yield container
        return
    server = NatsServer(server_folder())
    try:
        server.start()
        yield server
    finally:
        server.discard()


@asynccontextmanager
async def connection_to(url: str) -> AsyncIterator[Client]:
    """Connect, waiting for a container that has just been started."""
    async with asyncio.timeout(CONTAINER_READY_WITHIN_S):
        client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    try:
        yield client
    finally:
        await client.close()


async def delete_streams(url: str) -> None:
    """Delete all streams, and with them consumers, keys and objects: 0.6 ms each."""
    async with connection_to(url) as client:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            assert stream.config.name is not None
            await jetstream.delete_stream(stream.config.name)


@pytest.fixture(scope="session")
def nats_server() -> Iterator[Nats]:
    """A server for all tests of this worker; who wants to kill one takes `own_nats`."""
    with running_nats() as server:
        yield server


@pytest.fixture
async def nats_url(nats_server: Nats) -> str:
    """The address of a server without any stream. Tests close their own connections."""
    await delete_streams(nats_server.url)
    return nats_server.url


@contextmanager
def starting_servers() -> Iterator[NatsServers]:
    """Start as many servers as wanted, with users and permissions if given."""
    servers: list[NatsServer] = []

    def start(
        config: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> NatsServer:
        server = NatsServer(server_folder(), config=config, environment=environment)
        servers.append(server)
        server.start()
        return server

    yield start
    for server in servers:
        server.discard()


@pytest.fixture
def nats_servers() -> Iterator[NatsServers]:
    """Starts servers of the test's own."""
    with starting_servers() as start:
        yield start


@pytest.fixture
def own_nats(nats_servers: NatsServers) -> NatsServer:
    """A running server of the test's own, which it may stop, kill and start."""
    return nats_servers()
