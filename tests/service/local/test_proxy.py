"""The proxy passes everything, late, not at all, or breaks, as told."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.local.servers.ports import LOOPBACK
from tests.kit.proxy import Proxy

SOON_S = 5.0  # for what takes a millisecond
NEVER_S = 0.1  # for what must not come


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(echo, LOOPBACK, 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


async def connect(proxy: Proxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(LOOPBACK, proxy.port)


async def test_everything_passes_in_order(proxy: Proxy) -> None:
    sent = bytes(range(256)) * 4_000
    reader, writer = await connect(proxy)

    async with asyncio.timeout(SOON_S):
        writer.write(sent)
        writer.write_eof()
        assert await reader.read() == sent
    writer.close()


async def test_a_delay_counts_for_both_directions_and_not_per_chunk(proxy: Proxy) -> None:
    proxy.delay_s = 0.05
    reader, writer = await connect(proxy)
    loop = asyncio.get_running_loop()
    began = loop.time()

    for _ in range(10):
        writer.write(b"x")
        await asyncio.sleep(0.001)  # a chunk of its own
    async with asyncio.timeout(SOON_S):
        await reader.readexactly(10)

    assert 0.1 <= loop.time() - began < 0.5, "ten chunks one after the other would take a second"
    writer.close()


async def test_frozen_it_delivers_nothing_until_thawed(proxy: Proxy) -> None:
    reader, writer = await connect(proxy)
    proxy.freeze()
    writer.write(b"late")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), NEVER_S)

    proxy.thaw()

    async with asyncio.timeout(SOON_S):
        assert await reader.readexactly(4) == b"late"
    writer.close()


async def test_cut_resets_connections_and_refuses_new_ones_until_healed(proxy: Proxy) -> None:
    reader, writer = await connect(proxy)
    writer.write(b"x")
    await reader.readexactly(1)

    await proxy.cut()

    assert proxy.connections == 0
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), SOON_S)
    with pytest.raises(ConnectionRefusedError):
        await connect(proxy)
    await proxy.heal()
    reader, writer = await connect(proxy)
    writer.write(b"y")
    assert await asyncio.wait_for(reader.readexactly(1), SOON_S) == b"y"
    writer.close()
