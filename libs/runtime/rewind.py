"""Has readers of the stream read again from an instant, after a database was restored to it.

Run: python -m libs.runtime.rewind 2026-11-29T12:00:00Z [--durable NAME] while no service runs,
with NATS_URL, and the operator's login in NATS_USER and NATS_PASSWORD where the server asks for it.

What they had read already they know by its key; what the restored database lacks is read into it.
"""

import argparse
import asyncio
import os
import sys
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from libs.runtime.dead_letters import opened

STREAM = "EVENTS"


async def rewind(
    jetstream: JetStreamContext, since: datetime, durable: str | None = None
) -> dict[str, int]:
    """Give by reader how many facts it will read; all readers unless one is named."""
    told: dict[str, int] = {}
    for known in await jetstream.consumers_info(STREAM):
        name, config = known.config.durable_name, known.config
        if name is None or durable not in (None, name):
            continue
        await jetstream.delete_consumer(STREAM, name)
        made = await jetstream.add_consumer(STREAM, from_instant(config, since))
        told[name] = made.num_pending or 0
    return told


def from_instant(config: ConsumerConfig, since: datetime) -> ConsumerConfig:
    """The same reader, which begins at an instant."""
    return config.evolve(
        deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=since, opt_start_seq=None
    )


def instant(text: str) -> datetime:
    """An instant with its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("say its zone, such as Z")
    return at


async def _run(since: datetime, durable: str | None) -> dict[str, int]:
    url = os.environ.get("NATS_URL", "nats://127.0.0.1:4222")
    user, password = os.environ.get("NATS_USER"), os.environ.get("NATS_PASSWORD")
    async with opened(url, user, password) as jetstream:
        return await rewind(jetstream, since, durable)


def main() -> int:
    """Rewind, and say what will be read."""
    parser = argparse.ArgumentParser(prog="rewind", description=__doc__)
    parser.add_argument("since", type=instant, help="the instant of the restored database")
    parser.add_argument("--durable", help="this reader alone")
    options = parser.parse_args()
    told = asyncio.run(_run(options.since, options.durable))
    for name, facts in told.items():
        sys.stdout.write(f"{name}  {facts}\n")
    return 0 if told else 1


if __name__ == "__main__":
    sys.exit(main())
