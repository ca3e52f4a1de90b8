"""Streams and durables come into being here, and nowhere else."""

from datetime import timedelta
from typing import Protocol

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    RetentionPolicy,
    StreamConfig,
)
from nats.js.errors import BadRequestError, NotFoundError, ServerError

from libs.runtime.broker import Broker

ACK_PENDING_MAX = 20_000  # what all replicas of a durable may have in hand together


class StreamSpec(Protocol):
    """A stream as the chassis sees it (`contracts.streams.Stream`)."""

    @property
    def name(self) -> str: ...
    @property
    def subjects(self) -> tuple[str, ...]: ...
    @property
    def max_age(self) -> timedelta: ...
    @property
    def max_bytes(self) -> int: ...
    @property
    def duplicate_window(self) -> timedelta: ...


class DurableSpec(Protocol):
    """A durable as the chassis sees it (`contracts.streams.Durable`)."""

    @property
    def name(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def subjects(self) -> tuple[str, ...]: ...
    @property
    def ack_wait(self) -> timedelta: ...
    @property
    def batch_max(self) -> int: ...
    @property
    def gather(self) -> timedelta: ...


async def declare_stream(broker: Broker, stream: StreamSpec) -> None:
    """Make the stream as described, or bring an existing one in line."""
    config = StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,  # a full stream refuses; with OLD it forgets what is unread
        max_age=stream.max_age.total_seconds(),
        max_bytes=stream.max_bytes,
        duplicate_window=stream.duplicate_window.total_seconds(),
        num_replicas=broker.replicas,
    )
    try:
        await broker.jetstream.add_stream(config)
    except BadRequestError:  # it exists, described otherwise
        await broker.jetstream.update_stream(config)


async def declare_durable(broker: Broker, durable: DurableSpec) -> None:
    """Make the durable as described, or bring an existing one in line."""
    config = ConsumerConfig(
        durable_name=durable.name,
        filter_subjects=list(durable.subjects),
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=durable.ack_wait.total_seconds(),
        max_deliver=-1,
        max_ack_pending=ACK_PENDING_MAX,
    )
    try:
        await broker.jetstream.add_consumer(durable.stream, config)
    except ServerError:  # it was rewound: where a durable began is never changed
        known = (await broker.jetstream.consumer_info(durable.stream, durable.name)).config
        began = {name: getattr(known, name) for name in ("deliver_policy", "opt_start_time")}
        await broker.jetstream.add_consumer(durable.stream, config.evolve(**began))


async def waiting_for(broker: Broker, durable: DurableSpec) -> int | None:
    """How many facts it has not been given yet; None where the server does not know it.

    A deleted one leaves its reader silently waiting.
    """
    try:
        known = await broker.jetstream.consumer_info(durable.stream, durable.name)
    except NotFoundError:
        return None
    return known.num_pending or 0
