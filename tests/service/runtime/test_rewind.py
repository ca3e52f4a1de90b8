"""A reader that is rewound reads again from an instant, and goes on as the service declares it."""

import asyncio
import sys
from datetime import UTC, datetime

from nats.aio.client import Client

from libs.contracts.streams import EVENTS, TRACKING_CALLS
from libs.runtime.broker import Broker
from libs.runtime.streams import declare_durable, declare_stream

SUBJECT = "event.call.ended.v1"


async def test_what_was_read_is_read_again(nats_url: str) -> None:
    broker = Broker(nats_url, "test")
    declared = asyncio.Event()

    async def declare() -> None:
        await declare_stream(broker, EVENTS)
        await declare_durable(broker, TRACKING_CALLS)
        declared.set()

    broker.on_connected(declare)
    broker.open()
    await asyncio.wait_for(declared.wait(), 5)
    await broker.jetstream.publish(SUBJECT, b"before")
    await broker.client.flush()
    moment = datetime.now(UTC)
    await broker.jetstream.publish(SUBJECT, b"since")
    assert await read(broker.client, 2) == [b"before", b"since"]

    told = await command(nats_url, moment.isoformat())
    assert told.split() == ["tracking-calls", "1"]
    await declare_durable(broker, TRACKING_CALLS)
    assert await read(broker.client, 1) == [b"since"]
    await broker.close()


async def read(client: Client, facts: int) -> list[bytes]:
    """Read and acknowledge so many."""
    jetstream = client.jetstream()
    mine = await jetstream.pull_subscribe_bind(TRACKING_CALLS.name, EVENTS.name)
    messages = await mine.fetch(facts, timeout=5)
    for message in messages:
        await message.ack_sync()
    await mine.unsubscribe()
    return [message.data for message in messages]


async def command(nats_url: str, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "libs.runtime.rewind", *arguments),
        env={"NATS_URL": nats_url},
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()
