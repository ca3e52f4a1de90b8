"""Dead letters: list what durables gave up on, look at one, and have it tried again.

Run: python -m libs.runtime.dead_letters list|replay [NUMBER …] [--durable NAME] [--limit N]
     python -m libs.runtime.dead_letters show NUMBER
with NATS_URL, and NATS_USER and NATS_PASSWORD where the server asks for them.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
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


@asynccontextmanager
async def opened(
    url: str, user: str | None, password: str | None
) -> AsyncIterator[JetStreamContext]:
    """JetStream for a few requests; raise NatsError or OSError where NATS is not there."""
    client = await nats.connect(
        url,
        user=user or None,
        password=password or None,
        connect_timeout=CONNECT_SECONDS,
        allow_reconnect=False,
        max_reconnect_attempts=0,
        error_cb=_ignore,
    )
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def _ignore(_: Exception) -> None:
    """Whoever asks is told; nothing goes on in the background."""


async def dead_letters(
    jetstream: JetStreamContext, durable: str | None, limit: int, after: int = 0
) -> AsyncIterator[DeadLetter]:
    """Dead letters after a number, oldest first; at most `limit` are given."""
    wanted = f"dead.{durable or '*'}.>"
    sequence = after
    for _ in range(limit):
        try:
            message = await jetstream.get_msg(STREAM, sequence + 1, subject=wanted, next=True)
        except NotFoundError:
            return
        letter = _read(message)
        sequence = letter.sequence
        yield letter


def _read(message: RawStreamMsg) -> DeadLetter:
    assert message.seq is not None
    assert message.subject is not None
    _, name, subject = message.subject.split(".", 2)
    reason = (message.headers or {}).get("Reason", "")
    return DeadLetter(message.seq, name, subject, reason, message.data or b"")


async def dead_letter(jetstream: JetStreamContext, sequence: int) -> DeadLetter | None:
    """One of them by its number."""
    try:
        message = await jetstream.get_msg(STREAM, sequence)
    except NotFoundError:
        return None
    return _read(message)


async def replay(jetstream: JetStreamContext, letter: DeadLetter) -> None:
    """Publish a fact again, then take it off the stream.

    Its message id is the letter's own: who replays it twice, or beside somebody else, has it
    read once.  Readers of the subject that had read it before know it by its key.
    """
    headers = {MESSAGE_ID: f"replay-{letter.durable}-{letter.sequence}"}
    await jetstream.publish(letter.subject, letter.payload, headers=headers)
    await jetstream.delete_msg(STREAM, letter.sequence)


async def _run(options: argparse.Namespace) -> None:
    url = os.environ.get("NATS_URL", "nats://127.0.0.1:4222")
    user, password = os.environ.get("NATS_USER"), os.environ.get("NATS_PASSWORD")
    async with opened(url, user, password) as jetstream:
        await _do(jetstream, options)


async def _do(jetstream: JetStreamContext, options: argparse.Namespace) -> None:
    count = 0
    async for letter in _chosen(jetstream, options):
        count += 1
        line = (letter.sequence, letter.durable, letter.subject, letter.reason)
        sys.stdout.write("  ".join(map(str, line)) + "\n")
        if options.action == "show":
            sys.stdout.write(letter.payload.decode(errors="backslashreplace") + "\n")
        if options.action == "replay":
            await replay(jetstream, letter)
    done = {"list": "listed", "show": "shown", "replay": "replayed"}[options.action]
    sys.stdout.write(f"{count} {done}\n")


async def _chosen(
    jetstream: JetStreamContext, options: argparse.Namespace
) -> AsyncIterator[DeadLetter]:
    """Those whose numbers were named, else the oldest."""
    if not options.numbers:
        async for letter in dead_letters(jetstream, options.durable, options.limit):
            yield letter
    for number in options.numbers:
        one = await dead_letter(jetstream, number)
        if one is None:
            sys.stderr.write(f"There is no dead letter {number}.\n")
        elif options.durable in (None, one.durable):
            yield one


def main() -> int:
    """List, show or replay, and say how many."""
    parser = argparse.ArgumentParser(prog="dead_letters", description=__doc__)
    parser.add_argument("action", choices=("list", "show", "replay"))
    parser.add_argument("numbers", nargs="*", type=int, help="only these, by their numbers")
    parser.add_argument("--durable", help="only what this durable gave up on")
    parser.add_argument("--limit", type=int, default=LIMIT)
    options = parser.parse_args()
    if options.action == "show" and not options.numbers:
        parser.error("say which: show NUMBER")
    try:
        asyncio.run(_run(options))
    except (NatsError, OSError) as fault:
        sys.stderr.write(f"NATS does not answer: {fault!r}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
