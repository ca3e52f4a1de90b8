"""Dead letters: list what durables gave up on, and have it tried again.

Run: python -m libs.runtime.dead_letters list|replay [--durable NAME] [--limit N]
with NATS_URL, and NATS_USER and NATS_PASSWORD where the server asks for them.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from libs.runtime.publish import MESSAGE_ID

STREAM = "DEAD"
LIMIT = 100
CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One fact that a durable gave up on; `subject` is the one it was published under."""

    sequence: int
    durable: str
    subject: str
    reason: str
    payload: bytes


async def dead_letters(
    jetstream: JetStreamContext, durable: str | None, limit: int
) -> AsyncIterator[DeadLetter]:
    """Dead letters, oldest first; at most `limit` are given."""
    wanted = f"dead.{durable or '*'}.>"
    sequence = 0
    for _ in range(limit):
        try:
            message = await jetstream.get_msg(STREAM, sequence + 1, subject=wanted, next=True)
        except NotFoundError:
            return
        assert message.seq is not None
        assert message.subject is not None
        sequence = message.seq
        _, name, subject = message.subject.split(".", 2)
        reason = (message.headers or {}).get("Reason", "")
        yield DeadLetter(sequence, name, subject, reason, message.data or b"")


async def replay(jetstream: JetStreamContext, letter: DeadLetter) -> None:
    """Publish a fact again under a new message id, then take it off the stream."""
    headers = {MESSAGE_ID: f"replay-{uuid4()}"}
    await jetstream.publish(letter.subject, letter.payload, headers=headers)
    await jetstream.delete_msg(STREAM, letter.sequence)


async def _run(options: argparse.Namespace) -> None:
    client = await nats.connect(
        os.environ.get("NATS_URL", "nats://127.0.0.1:4222"),
        user=os.environ.get("NATS_USER") or None,
        password=os.environ.get("NATS_PASSWORD") or None,
        connect_timeout=CONNECT_SECONDS,
        allow_reconnect=False,
    )
    try:
        count = 0
        async for letter in dead_letters(client.jetstream(), options.durable, options.limit):
            count += 1
            line = (letter.sequence, letter.durable, letter.subject, letter.reason)
            sys.stdout.write("  ".join(map(str, line)) + "\n")
            if options.action == "replay":
                await replay(client.jetstream(), letter)
        sys.stdout.write(f"{count} {'replayed' if options.action == 'replay' else 'listed'}\n")
    finally:
        await client.close()


def main() -> int:
    """List or replay, and say how many."""
    parser = argparse.ArgumentParser(prog="dead_letters", description=__doc__)
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("--durable", help="only what this durable gave up on")
    parser.add_argument("--limit", type=int, default=LIMIT)
    try:
        asyncio.run(_run(parser.parse_args()))
    except (NatsError, OSError) as fault:
        sys.stderr.write(f"NATS does not answer: {fault!r}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
