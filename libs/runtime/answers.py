"""Answering questions: a task for each, a limit, a deadline, and never silence.

A handler that raises would leave its asker waiting for her whole timeout, so a
guard turns every fault into a refusal.  (Events have no such guard: there it
would swallow what must be tried again.)
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from pydantic import BaseModel, ValidationError

from libs.runtime.broker import Broker, NotConnected
from libs.runtime.database import is_not_now
from libs.runtime.deadline import Deadline
from libs.runtime.telemetry import about_headers, span_from

DEFAULT_DEADLINE_MS = 5_000  # for an asker that names none
DRAIN_SECONDS = 5.0  # how long a stopping service finishes what it has begun

log = logging.getLogger(__name__)
Handler = Callable[[Any, Deadline], Awaitable[BaseModel]]


class Declined(Exception):
    """The service understands and will not.  `fields` are (path, problem) pairs."""

    def __init__(self, code: str, text: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.fields = fields


class RefusalMaker(Protocol):
    """Makes the message that says no: `contracts.Refusal`."""

    def __call__(self, *, code: str, text: str, fields: Any) -> BaseModel:
        """Build it; `fields` are mappings of path and problem."""


@dataclass
class _Binding:
    question: type[BaseModel]
    subject: str
    handler: Handler
    in_flight_max: int
    in_flight: int = 0
    subscription: Subscription | None = None


class Answers:
    """The questions one service answers, in its queue group."""

    def __init__(self, broker: Broker, refusal: RefusalMaker, *, suspended: bool = False) -> None:
        """`suspended`: nobody is listened to before `resume`."""
        self._broker = broker
        self._refusal = refusal
        self._bindings: list[_Binding] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._suspended = suspended
        broker.on_connected(self._subscribe)
        broker.on_thrown_out(self._forget)

    def to(self, question: Any, *, in_flight_max: int) -> Callable[[Handler], Handler]:
        """Bind a question to its handler; above the limit askers are told `busy`."""

        def bind(handler: Handler) -> Handler:
            assert question.subject not in self.subjects, f"{question.subject} is bound twice"
            self._bindings.append(_Binding(question, question.subject, handler, in_flight_max))
            return handler

        return bind

    @property
    def listening(self) -> bool:
        """Whether questions reach this process, or will once NATS is there."""
        return not self._suspended

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is answered here."""
        return tuple(sorted(binding.subject for binding in self._bindings))

    async def suspend(self) -> None:
        """Stop listening, so that askers learn at once that nobody answers."""
        if self._suspended:
            return
        self._suspended = True
        log.warning("stopped answering: the service cannot do its work")
        await self._unsubscribe()

    async def resume(self) -> None:
        """Listen again."""
        if not self._suspended:
            return
        self._suspended = False
        log.info("answering again")
        if self._broker.connected:  # else the next connection subscribes
            await self._subscribe()

    async def stop(self) -> None:
        """Take no new question and finish those begun, within a bound."""
        self._suspended = True
        await self._unsubscribe()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)

    async def _subscribe(self) -> None:
        if self._suspended:
            return
        for binding in self._bindings:
            if binding.subscription is None:
                binding.subscription = await self._broker.client.subscribe(
                    binding.subject, queue=self._broker.name, cb=self._receiver(binding)
                )

    async def _unsubscribe(self) -> None:
        for binding in self._bindings:
            subscription, binding.subscription = binding.subscription, None
            if subscription is None:
                continue
            with contextlib.suppress(NatsError):
                if self._broker.connected:
                    await subscription.drain()  # type: ignore[no-untyped-call]
                else:  # or the client would subscribe anew when it is connected again
                    await subscription.unsubscribe()

    def _forget(self) -> None:
        for binding in self._bindings:
            binding.subscription = None

    def _receiver(self, binding: _Binding) -> Callable[[Msg], Awaitable[None]]:
        async def receive(message: Msg) -> None:
            if binding.in_flight >= binding.in_flight_max:
                await self._reply(message, self._refuse("busy", "too many questions at once"))
                return
            binding.in_flight += 1
            task = asyncio.create_task(self._answer(binding, message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return receive

    async def _answer(self, binding: _Binding, message: Msg) -> None:
        try:
            deadline = Deadline.from_headers(message.headers, DEFAULT_DEADLINE_MS)
            if deadline.passed:
                return  # nobody waits any more
            about_headers(message.headers)
            with span_from(message.headers, f"answer {binding.subject}"):
                await self._reply(message, await self._outcome(binding, message, deadline))
        finally:
            binding.in_flight -= 1

    async def _outcome(self, binding: _Binding, message: Msg, deadline: Deadline) -> BaseModel:
        try:
            question = binding.question.model_validate_json(message.data)
        except ValidationError as fault:
            problems = problems_of(fault, message.data)
            return self._refuse("malformed", "the question has wrong fields", problems)
        try:
            return await binding.handler(question, deadline)
        except Declined as no:
            return self._refuse(no.code, no.text, no.fields)
        except Exception as fault:  # the guard: see the module's docstring
            if is_not_now(fault):
                log.warning("cannot answer %s now: %r", binding.subject, fault)
                return self._refuse("unavailable", "something it needs is away: try again later")
            log.exception("could not answer %s", binding.subject)
            return self._refuse("internal", "the service failed; the fault is in its log")

    def _refuse(self, code: str, text: str, fields: Sequence[tuple[str, str]] = ()) -> BaseModel:
        named = tuple({"path": path, "problem": problem} for path, problem in fields)
        return self._refusal(code=code, text=text, fields=named)

    async def _reply(self, message: Msg, outcome: BaseModel) -> None:
        try:
            await self._broker.client.publish(message.reply, outcome.model_dump_json().encode())
        except MaxPayloadError:
            log.error("the answer to %s is too large to be sent", message.subject)  # noqa: TRY400
            await self._reply(message, self._refuse("internal", "the answer is too large"))
        except (NatsError, NotConnected) as fault:
            log.warning("an answer could not be sent: %r", fault)


def problems_of(fault: ValidationError, data: bytes) -> list[tuple[str, str]]:
    """Name each refused field by its path in `data`, with what is allowed there."""
    problems = fault.errors(include_url=False, include_input=False, include_context=False)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        document = None
    return [(_path(problem["loc"], document), problem["msg"]) for problem in problems]


def _path(location: tuple[str | int, ...], document: Any) -> str:
    """Leave out what stands for a member of a union and not for a field."""
    path: list[str] = []
    for at, part in enumerate(location):
        is_last = at == len(location) - 1
        if isinstance(document, dict) and part not in document and not is_last:
            continue
        path.append(str(part))
        try:
            document = document[part]
        except (TypeError, LookupError):
            document = None
    return ".".join(path)
