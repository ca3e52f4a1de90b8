"""Our NATS starts whatever happened before, and keeps what it has acknowledged."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import nats
import nats.errors
import psutil
import pytest

from deploy.local.servers import FolderInUse, NatsServer, ServerDied
from deploy.local.servers.nats import page
from deploy.local.servers.process import still_alive
from tests.kit.engine import server_folder
from tests.kit.nats import NatsServers, connection_to
from tests.service.local.life import (
    GONE_WITHIN_S,
    LOOPBACK,
    again,
    keeper_killed,
    listener,
    listens_on,
)

SOON_S = 5.0  # for what takes a millisecond

USERS = """
authorization {
  users: [
    { user: router, password: $ROUTER_PASSWORD, permissions: { publish: "ask.rtb.>" } }
  ]
}
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = server_folder()
    yield folder
    NatsServer(folder).discard()


async def keep(server: NatsServer) -> None:
    async with connection_to(server.url) as client:
        jetstream = client.jetstream()
        await jetstream.add_stream(name="KEPT", subjects=["kept.>"])
        await jetstream.publish("kept.one", b"1")


async def kept(server: NatsServer) -> int:
    async with connection_to(server.url) as client:
        return (await client.jetstream().stream_info("KEPT")).state.messages


async def test_streams_and_port_survive_a_stop(own_nats: NatsServer) -> None:
    await keep(own_nats)
    before = own_nats.url, own_nats.monitor_url

    own_nats.stop()
    assert not own_nats.running
    own_nats.start()

    assert (own_nats.url, own_nats.monitor_url) == before
    assert await kept(own_nats) == 1


async def test_streams_survive_a_kill(own_nats: NatsServer) -> None:
    await keep(own_nats)
    process = psutil.Process(own_nats.pid)

    own_nats.kill()
    assert not process.is_running()
    own_nats.start()

    assert await kept(own_nats) == 1


def test_a_taken_port_leads_to_another(folder: Path) -> None:
    with listener(LOOPBACK) as taken:
        server = NatsServer(folder, port=taken)
        server.start()
        assert server.port != taken
        server.stop()


def test_it_can_be_reached_from_this_machine_only(own_nats: NatsServer) -> None:
    assert listens_on(psutil.Process(own_nats.pid)) == {LOOPBACK}


def test_a_second_server_on_the_folder_is_refused(folder: Path) -> None:
    first = NatsServer(folder)
    first.start()
    try:
        with pytest.raises(FolderInUse):
            NatsServer(folder).start()
        assert first.running
    finally:
        first.stop()


async def test_it_dies_with_its_starter_and_the_next_run_continues(folder: Path) -> None:
    orphan = keeper_killed("NatsServer", folder)
    assert still_alive([orphan], GONE_WITHIN_S) == []

    server = NatsServer(folder)
    server.start()
    try:
        await keep(server)
    finally:
        server.stop()


async def test_an_orphan_on_the_same_data_is_ended_first(own_nats: NatsServer) -> None:
    await keep(own_nats)

    with again(psutil.Process(own_nats.pid)) as orphan:
        until_healthy(own_nats)
        own_nats.start()

        assert orphan.wait(GONE_WITHIN_S) is not None
        assert await kept(own_nats) == 1


def until_healthy(server: NatsServer) -> None:
    give_up_at = time.monotonic() + GONE_WITHIN_S
    while page(server.monitor_port, "/healthz") is None:
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


async def test_an_included_file_rules_who_may_say_what(
    nats_servers: NatsServers, tmp_path: Path
) -> None:
    users = tmp_path / "users of the house.conf"
    users.write_text(USERS)
    server = nats_servers(config=users, environment={"ROUTER_PASSWORD": "open-sesame"})

    with pytest.raises(nats.errors.Error, match="Authorization"):
        await nats.connect(server.url, allow_reconnect=False, error_cb=ignore)
    refusals: asyncio.Queue[Exception] = asyncio.Queue()
    client = await nats.connect(
        server.url, user="router", password="open-sesame", error_cb=refusals.put
    )
    await client.publish("ask.rtb.auction.v1")
    await client.publish("ask.tracking.visit_of.v1")
    first = await asyncio.wait_for(refusals.get(), SOON_S)
    await client.close()

    assert "ask.tracking.visit_of.v1" in str(first)


async def ignore(_: Exception) -> None:
    return None


def test_a_configuration_it_does_not_understand_is_quoted(folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.conf"
    broken.write_text("authorization { users: [ }")
    server = NatsServer(folder, config=broken)

    with pytest.raises(ServerDied, match=r"broken\.conf"):
        server.start()
    assert not server.running
