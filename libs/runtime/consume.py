"""Reading a stream durably: pull, in batches, knowing two kinds of failure.

*Not now* (database, broker, timeout): nothing is wrong with the fact, so it is
given back with a delay and tried again, without limit.  *Never* (cannot be
read, breaks a constraint, the same fault three times): it goes to the stream of
dead letters with its reason, and the rest goes on.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from opentelemetry import metrics
from pydantic import BaseModel, ValidationError

from libs.runtime.broker import Broker, NotConnected
from libs.runtime.database import is_not_now
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish
from libs.runtime.streams import DurableSpec, declare_durable
from libs.runtime.telemetry import span_from

REQUEST_EXPIRES_SECONDS = 5.0  # then the server says that it forgets the request: we ask again
REQUEST_SILENT_SECONDS = 7.0  # then even that was lost
RETRY_MIN_SECONDS = 0.2
RETRY_MAX_SECONDS = 30.0
PROBE_EVERY_SECONDS = 0.5  # how soon an absent database that is back is noticed
DRAIN_SECONDS = 5.0  # how long a stopping reader finishes the batch in hand
FAULTS_MAX = 3  # the same message failing this often by itself is never going to work
FAULTY_MAX = 1_000  # messages whose faults are counted; more at once means that the fault is ours
DEAD_WITHIN_SECONDS = 2.0
DEAD_RATE_MAX = 100  # dead letters ...
DEAD_RATE_WINDOW_SECONDS = 60.0  # ... in this time: something is wrong with us, not with them
REASON_LENGTH_MAX = 500

log = logging.getLogger(__name__)
_dead_letters = metrics.get_meter("consume").create_counter(
    "consume.dead_letters", description="Facts that a durable gave up on"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One fact as it arrived."""

    fact: Any
    raw: bytes
    subject: str
    headers: Mapping[str, str]


Handle = Callable[[Sequence[Delivery]], Awaitable[None]]
Probe = Callable[[], Awaitable[bool]]


class Consumer:
    """Reads one durable and hands its facts, a batch at a time, to `handle`.

    `probe` says whether what `handle` needs is there: while it is not, nothing is tried,
    and once it is, everything at once.
    """

    def __init__(
        self,
        broker: Broker,
        durable: DurableSpec,
        classes: Mapping[str, type[BaseModel]],
        handle: Handle,
        probe: Probe | None = None,
    ) -> None:
        self._broker = broker
        self._durable = durable
        self._classes = classes
        self._handle = handle
        self._probe = probe
        self._queue: deque[Msg] = deque()
        self._arrived = asyncio.Event()
        self._requested = 0
        self._requested_at = 0.0
        self._subscription: Subscription | None = None
        self._dead_at: deque[float] = deque(maxlen=DEAD_RATE_MAX)
        self._faults: dict[int, int] = {}  # by place in the stream
        self._retry_seconds = RETRY_MIN_SECONDS
        self._stopping = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._asker: asyncio.Task[None] | None = None
        self.healthy = False
        broker.on_connected(self._bind)
        broker.on_thrown_out(self._forget)

    def start(self) -> None:
        """Begin to read; waits for the broker by itself."""
        name = self._durable.name
        self._worker = asyncio.create_task(self._work_for_ever(), name=f"consume-{name}")
        self._asker = asyncio.create_task(self._ask_for_ever(), name=f"pull-{name}")

    async def stop(self) -> None:
        """Finish the batch in hand; what waits behind it is given back for others to read."""
        self._stopping.set()
        if self._asker is not None:
            await _cancelled(self._asker)
        if self._subscription is not None:
            with contextlib.suppress(NatsError, TimeoutError):
                await self._subscription.drain()  # type: ignore[no-untyped-call]
        self._arrived.set()
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=DRAIN_SECONDS)
            await _cancelled(self._worker)
        while self._queue:
            await _quietly(self._queue.popleft().nak())

    @property
    def too_many_dead(self) -> bool:
        """Whether so much was given up on lately that reading has stopped."""
        full = len(self._dead_at) == DEAD_RATE_MAX
        return full and time.monotonic() - self._dead_at[0] < DEAD_RATE_WINDOW_SECONDS

    async def _bind(self) -> None:
        """Make sure that the durable exists and listen for what it sends us."""
        if self._stopping.is_set():
            return
        await declare_durable(self._broker, self._durable)
        if self._subscription is None:
            inbox = self._broker.client.new_inbox()
            self._subscription = await self._broker.client.subscribe(inbox, cb=self._receive)
        self._requested = 0
        await self._request()
        self.healthy = True

    def _forget(self) -> None:
        """The client is gone with its subscription; what it delivered will come again."""
        self._subscription = None
        self._queue.clear()
        self.healthy = False

    async def _receive(self, message: Msg) -> None:
        if message.reply:
            self._requested -= 1
            self._queue.append(message)
        else:  # a status of the server: the request expired, or the durable is gone
            status = (message.headers or {}).get("Status", "")
            self._requested = 0
            if status in ("404", "408"):
                await self._ask()
                return
            log.warning("%s: %s", self._durable.name, message.headers)
            self.healthy = False
        self._arrived.set()

    async def _ask_for_ever(self) -> None:
        """Keep a request open; after silence, or a fault, ask anew."""
        while True:
            await asyncio.sleep(REQUEST_EXPIRES_SECONDS / 5)
            if not self._broker.connected or self.too_many_dead:
                self.healthy = False
                continue
            if not self.healthy:
                with contextlib.suppress(NatsError, NotConnected, TimeoutError):
                    await self._bind()
            elif time.monotonic() - self._requested_at > REQUEST_SILENT_SECONDS:
                self._requested = 0
                await self._ask()

    async def _ask(self) -> None:
        """Ask for more if the broker is there; if not, the next connection will."""
        with contextlib.suppress(NatsError, NotConnected):
            await self._request()

    async def _request(self) -> None:
        if self._stopping.is_set():
            return
        wanted = 2 * self._durable.batch_max - self._requested - len(self._queue)
        if wanted < self._durable.batch_max or self._subscription is None:
            return
        self._requested += wanted
        self._requested_at = time.monotonic()
        body = {"batch": wanted, "expires": int(REQUEST_EXPIRES_SECONDS * 1e9)}
        durable = self._durable
        await self._broker.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{durable.stream}.{durable.name}",
            orjson.dumps(body),
            reply=self._subscription.subject,
        )

    async def _work_for_ever(self) -> None:
        while not self._stopping.is_set():
            await self._arrived.wait()
            self._arrived.clear()
            while self._queue and not self.too_many_dead and not self._stopping.is_set():
                batch = [
                    self._queue.popleft()
                    for _ in range(min(len(self._queue), self._durable.batch_max))
                ]
                await self._work(batch)
                await self._ask()

    async def _work(self, messages: list[Msg]) -> None:
        deliveries = [(message, await self._decode(message)) for message in messages]
        good = [(message, delivery) for message, delivery in deliveries if delivery is not None]
        await self._try(good)

    async def _decode(self, message: Msg) -> Delivery | None:
        try:
            fact = self._classes[message.subject].model_validate_json(message.data)
        except (KeyError, ValidationError) as fault:
            await self._bury(message, f"cannot be read: {fault}")
            return None
        return Delivery(fact, message.data, message.subject, message.headers or {})

    async def _try(self, pairs: list[tuple[Msg, Delivery]]) -> None:
        if not pairs:
            return
        try:
            with _spans(pairs):
                await self._handle([delivery for _, delivery in pairs])
        except Exception as fault:  # noqa: BLE001 - sorted into not now and never
            if is_not_now(fault):
                await self._give_back(pairs, fault)
            elif len(pairs) > 1:
                for pair in pairs:
                    await self._try([pair])
            else:
                await self._faulted(pairs[0][0], fault)
            return
        self._retry_seconds = RETRY_MIN_SECONDS
        for message, _ in pairs:
            if self._faults:
                self._faults.pop(message.metadata.sequence.stream, None)
            await _quietly(message.ack())

    async def _give_back(self, pairs: list[tuple[Msg, Delivery]], fault: Exception) -> None:
        log.warning("%s: not now: %r", self._durable.name, fault)
        is_away = self._probe is not None and not await self._probe()
        delay = self._retry_seconds * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
        self._retry_seconds = min(self._retry_seconds * 2, RETRY_MAX_SECONDS)
        for message, _ in pairs:
            await _quietly(message.nak(delay=RETRY_MIN_SECONDS if is_away else delay))
        if not is_away:
            await self._pause(delay)
        elif self._probe is not None:
            await self._pause(PROBE_EVERY_SECONDS)
            while not self._stopping.is_set() and not await self._probe():
                await self._pause(PROBE_EVERY_SECONDS)
            self._retry_seconds = RETRY_MIN_SECONDS

    async def _pause(self, seconds: float) -> None:
        """Wait, unless we are to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _faulted(self, message: Msg, fault: Exception) -> None:
        log.error("%s: %s failed: %r", self._durable.name, message.subject, fault)
        place = message.metadata.sequence.stream
        if len(self._faults) >= FAULTY_MAX:
            self._faults.clear()
        # Deliveries are not counted: most of them may have met an absent database.
        faults = self._faults[place] = self._faults.get(place, 0) + 1
        if faults >= FAULTS_MAX:
            del self._faults[place]
            await self._bury(message, repr(fault))
        else:
            await _quietly(message.nak(delay=RETRY_MIN_SECONDS * faults))

    async def _bury(self, message: Msg, reason: str) -> None:
        """Move a message to the dead letters, and only then let the stream forget it."""
        headers = {
            MESSAGE_ID: f"{self._durable.name}:{message.metadata.sequence.stream}",
            "Reason": " ".join(reason.split())[:REASON_LENGTH_MAX],
            "Durable": self._durable.name,
        }
        subject = f"dead.{self._durable.name}.{message.subject}"
        try:
            await publish(self._broker, subject, message.data, headers, DEAD_WITHIN_SECONDS)
        except NotPublished as fault:
            log.warning("%s: a dead letter has to wait: %r", self._durable.name, fault)
            await _quietly(message.nak(delay=RETRY_MAX_SECONDS))
            return
        _dead_letters.add(1, {"durable": self._durable.name})
        self._dead_at.append(time.monotonic())
        await _quietly(message.term())


def _spans(pairs: list[tuple[Msg, Delivery]]) -> contextlib.ExitStack:
    """The traces that a batch's messages belong to go on while it is handled."""
    stack = contextlib.ExitStack()
    for message, delivery in pairs:
        stack.enter_context(span_from(delivery.headers, f"consume {message.subject}"))
    return stack


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _quietly(answer: Awaitable[None]) -> None:
    """Acknowledge if the broker is there; if not, the message comes again."""
    with contextlib.suppress(NatsError, NotConnected):
        await answer
