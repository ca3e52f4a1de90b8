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
from pydantic import BaseModel, ValidationError

from libs.runtime.broker import Broker, NotConnected
from libs.runtime.database import is_not_now
from libs.runtime.dead import DeadLetters, quietly
from libs.runtime.streams import DurableSpec, declare_durable
from libs.runtime.tasks import ended
from libs.runtime.telemetry import span_from

REQUEST_EXPIRES_SECONDS = 5.0  # then the server says that it forgets the request: we ask again
REQUEST_SILENT_SECONDS = 7.0  # then even that was lost
RETRY_MIN_SECONDS = 0.2
RETRY_MAX_SECONDS = 30.0
PROBE_EVERY_SECONDS = 0.5  # how soon an absent database that is back is noticed
DRAIN_SECONDS = 5.0  # how long a stopping reader finishes the batch in hand

log = logging.getLogger(__name__)


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
        self._dead = DeadLetters(broker, durable.name)
        self._retry_seconds = RETRY_MIN_SECONDS
        self._stopping = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._asker: asyncio.Task[None] | None = None
        self._bound = False
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
        await ended(self._asker)
        if self._subscription is not None:
            with contextlib.suppress(NatsError, TimeoutError):
                await self._subscription.drain()  # type: ignore[no-untyped-call]
        self._arrived.set()
        if self._worker is not None:
            await asyncio.wait([self._worker], timeout=DRAIN_SECONDS)
            await ended(self._worker)
        while self._queue:
            await quietly(self._queue.popleft().nak())

    @property
    def too_many_dead(self) -> bool:
        """Whether so much was given up on lately that reading has stopped."""
        return self._dead.too_many

    @property
    def healthy(self) -> bool:
        """Whether the durable is there and being read."""
        working = self._worker is not None and not self._worker.done()
        return working and self._bound

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
        self._bound = True
        self._arrived.set()  # something may have been left when reading stopped

    def _forget(self) -> None:
        """The client is gone with its subscription; what it delivered will come again."""
        self._subscription = None
        self._queue.clear()
        self._bound = False

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
            self._bound = False
        self._arrived.set()

    async def _ask_for_ever(self) -> None:
        """Keep a request open; after silence, or a fault, ask anew."""
        while True:
            await asyncio.sleep(REQUEST_EXPIRES_SECONDS / 5)
            if not self._broker.connected or self.too_many_dead:
                self._bound = False
                continue
            if not self._bound:
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
                if len(self._queue) < self._durable.batch_max:
                    await self._pause(self._durable.gather.total_seconds())
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
            await self._dead.bury(message, f"cannot be read: {fault}")
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
                await self._dead.faulted(pairs[0][0], fault)
            return
        self._retry_seconds = RETRY_MIN_SECONDS
        for message, _ in pairs:
            self._dead.went_well(message)
            await quietly(message.ack())

    async def _give_back(self, pairs: list[tuple[Msg, Delivery]], fault: Exception) -> None:
        log.warning("%s: not now: %r", self._durable.name, fault)
        if await self._was_away():
            delay = self._retry_seconds = RETRY_MIN_SECONDS
        else:
            delay = self._retry_seconds * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
            self._retry_seconds = min(self._retry_seconds * 2, RETRY_MAX_SECONDS)
        for message, _ in pairs:
            await quietly(message.nak(delay=delay))
        await self._pause(delay)

    async def _was_away(self) -> bool:
        """Wait until what `handle` needs is there; say whether it had been away."""
        was_away = False
        while self._probe is not None and not self._stopping.is_set() and not await self._probe():
            was_away = True
            await self._pause(PROBE_EVERY_SECONDS)
        return was_away

    async def _pause(self, seconds: float) -> None:
        """Wait, unless we are to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _spans(pairs: list[tuple[Msg, Delivery]]) -> contextlib.ExitStack:
    """The traces that a batch's messages belong to go on while it is handled."""
    stack = contextlib.ExitStack()
    for message, delivery in pairs:
        stack.enter_context(span_from(delivery.headers, f"consume {message.subject}"))
    return stack
