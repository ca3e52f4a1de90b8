"""Everything that happens in an account, as it happens: server-sent events.

One ordered reader of the stream for each process, whatever the number of listeners; an
event's id is its sequence in the stream, so that a listener who was cut off goes on where
she was.  Who is too slow, or was away too long, is told to `reset`: to load anew.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, DeliverPolicy
from starlette.responses import Response, StreamingResponse

from libs.contracts.ids import AccountId
from libs.contracts.streams import EVENTS
from libs.runtime.broker import Broker
from services.console.auth import Guard, Guarded, Who, needs
from services.console.domain.access import Principal, Right, Rule
from services.console.problems import Problem
from services.console.routes.asking import ERRORS

QUEUE_MAX = 200  # events that one listener may lag behind
KEPT_MAX = 5_000  # events of all accounts from which a listener may go on
HEARTBEAT_SECONDS = 15.0  # proxies close what is silent for longer
CHECK_SECONDS = 60.0  # how long a listener whose session has ended still hears
LISTENERS_MAX = 2_000  # of one process; more would only starve each other
RESET = b"event: reset\ndata: {}\n\n"
BEAT = b": alive\n\n"
RULE = Rule(Right.LOOK)
"""Who may listen, asked again while she does: nobody of a portal, for events tell everything."""

Still = Callable[[], Awaitable[Principal | None]]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, ready to be sent; `call_id` and `agent_id` where it is about such."""

    sequence: int
    account_id: str
    name: str
    frame: bytes
    call_id: str | None = None
    agent_id: str | None = None


Ear = Callable[[Happened], bytes | None]
"""What somebody is told of an event; None: it is none of hers."""


def _everything(event: Happened) -> bytes:
    return event.frame


@dataclass(eq=False)
class Listener:
    """Somebody who listens to one account."""

    account_id: str
    ear: Ear = _everything
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))

    def offer(self, frame: bytes) -> None:
        """Send, or tell a slow one that she has missed something."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            frame = RESET
        self.queue.put_nowait(frame)


class Feed:
    """What happens, to whom it may concern."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._kept: deque[Happened] = deque(maxlen=KEPT_MAX)
        self._listeners: set[Listener] = set()
        self._subscription: Any = None
        self._last = 0
        broker.on_connected(self._follow)
        broker.on_thrown_out(self._forget)

    @property
    def crowded(self) -> bool:
        """Whether nobody more may listen here."""
        return len(self._listeners) >= LISTENERS_MAX

    async def stop(self) -> None:
        """End all streams, so that the process can stop."""
        for listener in self._listeners:
            listener.offer(b"")
        await self._unsubscribe()

    async def listen(
        self,
        account_id: AccountId,
        after: int | None,
        still: Still,
        ear: Ear = _everything,
        rule: Rule = RULE,
    ) -> AsyncGenerator[bytes, None]:
        """Frames of one account's events: first those since `after`, then as they come.

        `still` says now and then who listens: she must be of the account, and `rule` let her.
        """
        listener = Listener(str(account_id), ear)
        self._listeners.add(listener)  # before the replay: what comes while it is sent waits
        checked_at = time.monotonic()
        try:
            for frame in self._since(listener, after):
                yield frame
            yield BEAT
            while True:
                frame = await _next(listener)
                if frame == b"":
                    return
                if time.monotonic() - checked_at > CHECK_SECONDS:
                    if not _may_listen(await still(), account_id, rule):
                        return
                    checked_at = time.monotonic()
                yield frame
        finally:
            self._listeners.discard(listener)

    def _since(self, listener: Listener, after: int | None) -> list[bytes]:
        if after is None:
            return []
        oldest = self._kept[0].sequence if self._kept else self._last + 1
        if after + 1 < oldest or after > self._last:
            return [RESET]
        missed = [
            listener.ear(one)
            for one in self._kept
            if one.sequence > after and one.account_id == listener.account_id
        ]
        return [frame for frame in missed if frame is not None]

    async def _follow(self) -> None:
        """Read on from the last event; the first time from now on."""
        await self._unsubscribe()
        config = ConsumerConfig(deliver_policy=DeliverPolicy.NEW)
        if self._last:
            config = ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=self._last + 1
            )
        jetstream = self._broker.jetstream
        if not self._last:
            self._last = (await jetstream.stream_info(EVENTS.name)).state.last_seq
        self._subscription = await jetstream.subscribe(
            "event.>", stream=EVENTS.name, ordered_consumer=True, config=config, cb=self._hear
        )

    async def _unsubscribe(self) -> None:
        if self._subscription is not None:
            with contextlib.suppress(NatsError):
                await self._subscription.unsubscribe()
            self._subscription = None

    def _forget(self) -> None:
        self._subscription = None

    async def _hear(self, message: Msg) -> None:
        sequence = message.metadata.sequence.stream
        if sequence <= self._last:
            return
        self._last = sequence
        told = orjson.loads(message.data)
        account_id = told.get("account_id")
        if account_id is None:
            return  # a call's first facts come before it is known whose it is
        name = message.subject.removeprefix("event.").rpartition(".v")[0]
        frame = b"id: %d\nevent: %s\ndata: %s\n\n" % (sequence, name.encode(), message.data)
        agent_id = told.get("agent_id") or told.get("target_id")
        event = Happened(sequence, account_id, name, frame, told.get("call_id"), agent_id)
        self._kept.append(event)
        for listener in self._listeners:
            heard = listener.ear(event) if listener.account_id == account_id else None
            if heard is not None:
                listener.offer(heard)


async def _next(listener: Listener) -> bytes:
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await listener.queue.get()
    except TimeoutError:
        return BEAT


def _may_listen(principal: Principal | None, account_id: AccountId, rule: Rule) -> bool:
    return principal is not None and principal.account_id == account_id and principal.may(rule)


router = APIRouter(route_class=Guarded, responses=ERRORS, tags=["live"])


def _start(
    last_event_id: Annotated[int | None, Header(ge=0, lt=2**63)] = None,
    after: Annotated[int | None, Query(ge=0, lt=2**63, description="as Last-Event-ID")] = None,
) -> int | None:
    return last_event_id if last_event_id is not None else after


Start = Annotated[int | None, Depends(_start)]
"""After which event a stream begins; None: with the next."""

STREAM: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {"text/event-stream": {}}}},
}
"""How a route says that it streams."""


def stream(request: Request, frames: Callable[[Feed], AsyncGenerator[bytes, None]]) -> Response:
    """The answer that is a stream of events, where there is room for one more listener."""
    feed: Feed = request.app.state.feed
    if feed.crowded:
        headers = {"Retry-After": "10"}
        raise Problem(503, "busy", "too many listen here already", headers=headers)
    return StreamingResponse(
        frames(feed),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/live", openapi_extra=needs(RULE.right, RULE.portals), **STREAM)
async def live(request: Request, who: Who, start: Start) -> Response:
    """Every event of the account; `reset` says that some were missed: load anew."""
    guard: Guard = request.app.state.guard

    async def still() -> Principal | None:
        return await guard.principal(request)

    return stream(request, lambda feed: feed.listen(who.account_id, start, still))
