"""Places calls: raw HTTP/1.1 over keep-alive connections, one per caller, one call after the other.

A library client would cost more than what is measured.  A caller sends a call's three
webhooks in order and waits for each answer; the dial action goes where the TwiML says.
`voice` times are of the first webhook alone, `call` times the sum of a call's three.
Answers are kept and read as XML after the clock has stopped.
"""

import asyncio
import gc
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from itertools import pairwise
from urllib.parse import urljoin
from xml.etree import ElementTree

import uvloop

from tests.bench.forms import Book, Doors, PlannedCall

SILENCE_MAX_S = 20.0  # the carrier itself gives up after 15 s: a run that hangs longer is void
NO_BODY = frozenset((204, 304))  # answers that end with their head

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ACTION = re.compile(rb"<Dial[^>]*\saction=\"([^\"]*)\"")


class Broken(Exception):
    """A connection ended, or what came over it was no answer with a length."""


@dataclass(frozen=True)
class Answer:
    """What came back; seconds from the last byte sent to the last byte received."""

    status: int
    body: bytes
    seconds: float


class Connection(asyncio.Protocol):
    """One keep-alive connection on which one request at a time is in flight."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, doors: Doors) -> "Connection":
        """Connect to the program's port on this machine."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(cls, "127.0.0.1", doors.port)
        return connection

    async def ask(self, request: bytes) -> Answer:
        """Send one request and wait for its answer.  Raises Broken."""
        if self._transport is None:
            raise Broken("not connected")
        self._waiting = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._transport.write(request)
        status, body = await self._waiting
        return Answer(status, body, time.perf_counter() - began)

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(Broken(f"the connection was closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        try:
            answer = parse_answer(self._received)
        except Broken as broken:
            waiting.set_exception(broken)
            return
        if answer is not None:
            self._received = b""
            waiting.set_result(answer)


def parse_answer(received: bytes) -> tuple[int, bytes] | None:
    """Read status and body, or None while some of it is still to come.  Raises Broken."""
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    status = int(received[9:12])
    if status in NO_BODY:
        return status, b""
    length = _LENGTH.search(received, 0, head_end)
    if length is None:
        raise Broken(f"an answer without a length: {received[:200]!r}")
    body = received[head_end + 4 :]
    return (status, body) if len(body) >= int(length[1]) else None


def action_path(twiml: bytes, base: str) -> str | None:
    """Find where the Dial reports its end, as a path at `base`; None: there is no such place."""
    found = _ACTION.search(twiml)
    if found is None:
        return None
    address = urljoin(f"{base}/", unescape(found[1].decode()))
    return address.removeprefix(base) if address.startswith(f"{base}/") else None


def is_twiml(body: bytes) -> bool:
    """Whether this is XML with the carrier's root element.

    >>> is_twiml(b"<Response/>"), is_twiml(b"<html></html>"), is_twiml(b"<Response>")
    (True, False, False)
    """
    try:
        return ElementTree.fromstring(body).tag == "Response"
    except ElementTree.ParseError:
        return False


@dataclass
class Tally:
    """What happened to the calls of one load; times in seconds, of the measured window only."""

    placed: int = 0
    ended: int = 0
    dialled: int = 0
    non_2xx: int = 0
    broken: int = 0
    voice_seconds: list[float] = field(default_factory=list)
    call_seconds: list[float] = field(default_factory=list)
    twiml: list[bytes] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    def accept(self, answer: Answer) -> bool:
        """Count an answer; False: it was none that the carrier would take."""
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        good = 200 <= answer.status < 300
        self.non_2xx += not good
        return good

    def unparsable(self) -> int:
        """Count the answers that the carrier could not have read."""
        return sum(not is_twiml(body) for body in self.twiml)


@dataclass(frozen=True)
class Load:
    """How calls are placed: so many callers, for so long; seconds."""

    callers: int
    warm_seconds: float
    seconds: float


def place(doors: Doors, book: Book, load: Load) -> Tally:
    """Place calls until the time is over; each call that was begun is also ended."""
    return _in_a_loop_of_its_own(lambda: _place(doors, book, load))


def rush(doors: Doors, calls: Iterable[PlannedCall]) -> "Rush":
    """Place calls all at once, each over its own connection, and leave them on the line."""
    return _in_a_loop_of_its_own(lambda: _rush(doors, list(calls)))


def hang_up(doors: Doors, rushed: "Rush") -> Tally:
    """End the calls that a rush left on the line."""
    return _in_a_loop_of_its_own(lambda: _hang_up(doors, rushed))


@dataclass(frozen=True)
class Rush:
    """Calls on the line, each with the answer that it got (None: the connection broke)."""

    tally: Tally
    calls: tuple[tuple[PlannedCall, Answer | None], ...]


def _in_a_loop_of_its_own[T](work: Callable[[], "asyncio.Future[T]"]) -> T: ...
