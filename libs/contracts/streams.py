"""The streams that keep facts, and who reads them durably: plain data."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Stream:
    """A log kept by the broker.  A full one refuses: writers wait, nothing unread is lost."""

    name: str
    subjects: tuple[str, ...]
    max_age: timedelta
    max_bytes: int
    duplicate_window: timedelta


@dataclass(frozen=True)
class Durable:
    """A service's place in a stream: pull, explicit acknowledgement, redelivered for ever.

    A reader waits `gather` for more facts before it works on fewer than `batch_max`: a batch
    costs its reader and the database little more than a single fact.
    """

    name: str
    service: str
    stream: str
    subjects: tuple[str, ...]
    ack_wait: timedelta
    batch_max: int
    gather: timedelta


EVENTS = Stream(
    name="EVENTS",
    subjects=("event.>",),
    max_age=timedelta(days=14),
    max_bytes=4 * 1024**3,  # about seven million facts (docs/benchmarks/sizing.md)
    duplicate_window=timedelta(minutes=2),
)
DEAD = Stream(
    name="DEAD",
    subjects=("dead.>",),
    max_age=timedelta(days=30),
    max_bytes=256 * 1024**2,
    duplicate_window=timedelta(minutes=2),
)
STREAMS = (EVENTS, DEAD)

TRACKING_CALLS = Durable(
    name="tracking-calls",
    service="tracking",
    stream="EVENTS",
    subjects=(
        "event.call.>",
        "event.leg.>",
        "event.recording.>",
        "event.conversion.>",
        "event.sale.converted.v1",
        "event.flow.converted.v1",
        "event.flow.finished.v1",
        "event.flow.marked.v1",
    ),
    ack_wait=timedelta(seconds=30),
    batch_max=200,
    gather=timedelta(milliseconds=50),  # nobody looks at a list more often
)
ROUTER_HOLDS = Durable(
    name="router-holds",
    service="router",
    stream="EVENTS",
    subjects=(
        "event.leg.answered.v1",
        "event.leg.ended.v1",
        "event.call.ended.v1",
        "event.call.fell_back.v1",
        "event.conversion.posted.v1",
    ),
    ack_wait=timedelta(seconds=30),
    batch_max=200,
    gather=timedelta(milliseconds=20),  # a place is free so much later
)
CONSOLE_AUDIT = Durable(
    name="console-audit",
    service="console",
    stream="EVENTS",
    subjects=("event.*.changed.v1",),
    ack_wait=timedelta(seconds=30),
    batch_max=200,
    gather=timedelta(milliseconds=100),  # somebody looks after an edit, not within it
)
RTB_RESERVATIONS = Durable(
    name="rtb-reservations",
    service="rtb",
    stream="EVENTS",
    subjects=(
        "event.call.routed.v1",
        "event.leg.answered.v1",
        "event.leg.ended.v1",
        "event.call.ended.v1",
        "event.call.fell_back.v1",
    ),
    ack_wait=timedelta(seconds=30),
    batch_max=200,
    gather=timedelta(milliseconds=20),  # a place is free so much later
)
FLOWS_CALLS = Durable(
    name="flows-calls",
    service="flows",
    stream="EVENTS",
    subjects=("event.call.ended.v1",),
    ack_wait=timedelta(seconds=30),
    batch_max=200,
    gather=timedelta(milliseconds=100),  # a caller who left is in no hurry
)
TRACKING_ATTRIBUTIONS = Durable(
    name="tracking-attributions",
    service="tracking",
    stream="EVENTS",
    subjects=("event.call.arrived.v1", "event.call.routed.v1", "event.call.fell_back.v1"),
    ack_wait=timedelta(seconds=30),
    batch_max=100,
    gather=timedelta(milliseconds=50),  # nobody looks at a list more often
)
TRACKING_PIXELS = Durable(
    name="tracking-pixels",
    service="tracking",
    stream="EVENTS",
    subjects=("event.pixel.asked.v1",),
    ack_wait=timedelta(seconds=30),
    batch_max=100,
    gather=timedelta(milliseconds=20),  # a partner hears of it so much later
)
DURABLES = (
    TRACKING_CALLS,
    TRACKING_ATTRIBUTIONS,
    TRACKING_PIXELS,
    ROUTER_HOLDS,
    CONSOLE_AUDIT,
    RTB_RESERVATIONS,
    FLOWS_CALLS,
)
