"""The client's wire: raw HTTP/1.1 over a keep-alive connection, and what an answer says.

A library client costs more than much of what is measured.
"""

import asyncio
import re
import time
from dataclasses import dataclass
from html import unescape
from typing import cast
from urllib.parse import urljoin
from xml.etree import ElementTree

from tests.bench.forms import Doors

NO_BODY = frozenset((204, 304))  # answers that end with their head

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_ACTION = re.compile(rb"<(?:Dial|Gather)[^>]*\saction=\"([^\"]*)\"")


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
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

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
    """Find where a Dial or a Gather reports, as a path at `base`; None: there is no such place."""
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
