"""Publishing facts to a stream: acknowledged, or the caller knows that it was not.

A publish that timed out may still arrive later; `Nats-Msg-Id` makes the stream
keep it once.
"""

import asyncio

from nats.errors import Error as NatsError

from libs.runtime.broker import Broker, NotConnected

MESSAGE_ID = "Nats-Msg-Id"


class NotPublished(Exception):
    """No acknowledgement came: try again later with the same message id."""


async def publish(
    broker: Broker, subject: str, payload: bytes, headers: dict[str, str], within_seconds: float
) -> None:
    """Have the stream keep one fact, or raise NotPublished.  `headers` name its message id."""
    assert MESSAGE_ID in headers, "a fact without an id could be kept twice"
    try:
        # The client's own timeout begins only when the fact has left: on a stalled connection
        # that may be never.
        async with asyncio.timeout(within_seconds):
            await broker.jetstream.publish(
                subject, payload, timeout=within_seconds, headers=headers
            )
    except (NatsError, NotConnected, TimeoutError) as fault:
        raise NotPublished(f"{subject}: {fault!r}") from fault
