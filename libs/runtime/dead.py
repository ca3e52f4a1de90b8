"""Dead letters: what a durable gives up on is kept aside with its reason, and the rest goes on."""

import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from opentelemetry import metrics

from libs.runtime.broker import Broker, NotConnected
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish

FAULTS_MAX = 3  # the same message failing this often by itself is never going to work
FAULTY_MAX = 1_000  # messages whose faults are counted; more at once means that the fault is ours
FAULT_RETRY_SECONDS = 0.2  # times the faults so far
DEAD_WITHIN_SECONDS = 2.0
DEAD_RETRY_SECONDS = 30.0  # when the stream of dead letters takes nothing
DEAD_RATE_MAX = 100  # dead letters ...
DEAD_RATE_WINDOW_SECONDS = 60.0  # ... in this time: something is wrong with us, not with them
REASON_LENGTH_MAX = 500

log = logging.getLogger(__name__)
_dead_letters = metrics.get_meter("consume").create_counter(
    "consume.dead_letters", description="Facts that a durable gave up on"
)


class DeadLetters:
    """What one durable gives up on."""

    def __init__(self, broker: Broker, durable: str) -> None:
        self._broker = broker
        self._durable = durable
        self._dead_at: deque[float] = deque(maxlen=DEAD_RATE_MAX)
        self._faults: dict[int, int] = {}  # by place in the stream

    @property
    def too_many(self) -> bool:
        """Whether so much was given up on lately that reading should stop."""
        full = len(self._dead_at) == DEAD_RATE_MAX
        return full and time.monotonic() - self._dead_at[0] < DEAD_RATE_WINDOW_SECONDS

    def went_well(self, message: Msg) -> None:
        """Forget a message's faults."""
        if self._faults:
            self._faults.pop(message.metadata.sequence.stream, None)

    async def faulted(self, message: Msg, fault: Exception) -> None:
        """Try a message again, or give up on it after the third fault.

        Deliveries are not counted: most of them may have met an absent database.
        """
        log.error("%s: %s failed: %r", self._durable, message.subject, fault)
        if len(self._faults) >= FAULTY_MAX:
            self._faults.clear()
        place = message.metadata.sequence.stream
        faults = self._faults[place] = self._faults.get(place, 0) + 1
        if faults < FAULTS_MAX:
            await quietly(message.nak(delay=FAULT_RETRY_SECONDS * faults))
            return
        del self._faults[place]
        await self.bury(message, repr(fault))

    async def bury(self, message: Msg, reason: str) -> None:
        """Move a message to the dead letters, and only then let the stream forget it."""
        headers = {
            MESSAGE_ID: f"{self._durable}:{message.metadata.sequence.stream}",
            "Reason": " ".join(reason.split())[:REASON_LENGTH_MAX],
            "Durable": self._durable,
        }
        subject = f"dead.{self._durable}.{message.subject}"
        try:
            await publish(self._broker, subject, message.data, headers, DEAD_WITHIN_SECONDS)
        except NotPublished as fault:
            log.warning("%s: a dead letter has to wait: %r", self._durable, fault)
            await quietly(message.nak(delay=DEAD_RETRY_SECONDS))
            return
        _dead_letters.add(1, {"durable": self._durable})
        self._dead_at.append(time.monotonic())
        await quietly(message.term())


async def quietly(answer: Awaitable[None]) -> None:
    """Acknowledge if the broker is there; if not, the message comes again."""
    with contextlib.suppress(NatsError, NotConnected):
        await answer
