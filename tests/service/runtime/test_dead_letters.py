"""What a durable gave up on is listed with its reason, and can be tried again."""

import asyncio
import sys

import nats

from libs.contracts.streams import DEAD, EVENTS
from libs.runtime.broker import Broker
from libs.runtime.streams import declare_stream


async def command(nats_url: str, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "libs.runtime.dead_letters",
        *arguments,
        env={"NATS_URL": nats_url},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


async def test_a_dead_letter_is_listed_and_replayed(nats_url: str) -> None:
    broker = Broker(nats_url, "test")
    connected = asyncio.Event()

    async def ready() -> None:
        for stream in (EVENTS, DEAD):
            await declare_stream(broker, stream)
        connected.set()

    broker.on_connected(ready)
    broker.open()
    await asyncio.wait_for(connected.wait(), 5)
    await broker.jetstream.publish(
        "dead.tracking-calls.event.call.ended.v1", b"{}", headers={"Reason": "cannot be read"}
    )
    await broker.close()

    listed = await command(nats_url, "list", "--durable", "tracking-calls")
    assert "tracking-calls  event.call.ended.v1  cannot be read" in listed
    assert "1 listed" in listed
    assert "0 listed" in await command(nats_url, "list", "--durable", "router-holds")

    number = listed.split()[0]
    shown = await command(nats_url, "show", number)
    assert "{}" in shown.splitlines()
    assert "0 shown" in await command(nats_url, "show", "999999")
    assert "0 replayed" in await command(nats_url, "replay", "999999")
    assert "0 replayed" in await command(nats_url, "replay", number, "--durable", "router-holds")
    assert "1 replayed" in await command(nats_url, "replay", number)
    assert "0 listed" in await command(nats_url, "list")
    client = await nats.connect(nats_url)
    message = await client.jetstream().get_last_msg("EVENTS", "event.call.ended.v1")
    await client.close()
    assert message.data == b"{}"
