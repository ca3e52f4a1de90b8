"""One connection over HTTP/1.1: a request, its answer, and then the next one.

llhttp reads what comes (by httptools); it is limited and unpacked while it comes in.
"""

import asyncio
import zlib
from dataclasses import dataclass
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from libs.runtime.not_fetched import Failure, NotFetched

HEAD_MAX = 32 * 1024  # bytes of an answer before its body
# Bytes on the line for each that a body may have: chunks of one byte take six, and nobody who means
# well packs a body larger.  It bounds what is no body too: trailers, announcements, bytes after it.
WIRE_MAX_PER_BYTE = 8

_GZIP_OR_ZLIB = 47  # zlib's word for: find out which
_FINAL = 200  # statuses below it announce another one
_SIZED = frozenset((b"content-length", b"transfer-encoding"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; its body is unpacked."""

    status: int
    content_type: str
    body: bytes


class Unheard(NotFetched):
    """The other side ended the connection before it said anything."""


class Line(asyncio.Protocol):
    """A connection; whoever breaks off what was asked over it has to close it."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # what the world's servers do, and clients take
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._asked: asyncio.Future[Answer] | None = None
        self._wire_left = 0
        self._begin(0)

    @property
    def is_open(self) -> bool:
        """Whether another request may go over it."""
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """End it at once."""
        if self._transport is not None:
            self._transport.abort()

    def ask(self, request: bytes, bytes_max: int) -> asyncio.Future[Answer]:
        """Send a request; what is given ends with its answer, or with NotFetched."""
        assert self._transport is not None, "connected before"
        assert self._asked is None, "one request at a time"
        self._begin(bytes_max)
        self._wire_left = HEAD_MAX + WIRE_MAX_PER_BYTE * bytes_max
        self._asked = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._asked

    def _begin(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._is_heard = False
        self._head_bytes = 0
        self._status = 0
        self._is_sized = False
        self._content_type = ""
        self._encoding = b""
        self._unpack: Any = None
        self._body = bytearray()

    # What the loop tells.

    def connection_made(self, transport: Any) -> None:
        """Be ready for requests."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if self._asked is None:  # nobody has asked for it: it can be no answer
            self.close()
            return
        self._is_heard = True
        self._wire_left -= len(data)
        if self._wire_left < 0:
            self._fail(Failure.TOO_LARGE, f"far more than {self._bytes_max} bytes with its frame")
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as fault:
            self._fail(Failure.UNREADABLE, f"no HTTP: {fault}"[:200])
        if not self._status:
            self._head_grows(len(data))

    def connection_lost(self, fault: Exception | None) -> None:
        """Answer with what has come, if that is all; else say how it ended."""
        self._transport = None
        if self._asked is None:
            return
        if self._status and not self._is_sized and fault is None:
            self._finish()  # such an answer ends with its connection
        elif self._is_heard:
            self._fail(Failure.UNREADABLE, "the answer was cut off")
        else:
            text = f"the connection was ended: {fault}" if fault else "hung up without an answer"
            self._end(Unheard(Failure.UNREACHABLE, text))

    # What the parser tells.

    def on_message_begin(self) -> None:
        """End a line on which another answer begins that nobody has asked for."""
        if self._asked is None:
            self.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what the body is read by."""
        self._head_grows(len(name) + len(value))
        name = name.lower()
        if name in _SIZED:
            self._is_sized = True
        elif name == b"content-type":
            self._content_type = value.decode("latin-1")
        elif name == b"content-encoding":
            self._encoding = value.strip().lower()

    def on_headers_complete(self) -> None:
        """Be ready for the body."""
        status = self._parser.get_status_code()
        if status < _FINAL:
            return
        self._status = status
        if self._encoding in (b"gzip", b"x-gzip", b"deflate"):
            self._unpack = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif self._encoding not in (b"", b"identity"):
            packed = self._encoding[:40].decode("latin-1")
            self._fail(Failure.UNREADABLE, f"packed as {packed!r}, which was not asked for")

    def on_body(self, part: bytes) -> None:
        """Take a part of the body, within its limit."""
        if self._asked is None:
            return
        most, unpack = self._bytes_max, self._unpack
        if unpack is not None:
            if unpack.eof:  # what stands after a packed body is none of it
                return
            try:
                part = unpack.decompress(part, most + 1)
            except zlib.error as fault:
                self._fail(Failure.UNREADABLE, f"badly packed: {fault}")
                return
        self._body += part
        if len(self._body) > most or (unpack is not None and unpack.unconsumed_tail):
            self._fail(Failure.TOO_LARGE, f"more than {most} bytes")

    def on_message_complete(self) -> None:
        """Give the answer."""
        if not self._status:  # only an announcement
            self._begin(self._bytes_max)
            self._is_heard = True
        elif self._asked is not None:
            may_go_on = self._parser.should_keep_alive()
            self._finish()
            if not may_go_on:
                self.close()

    def _head_grows(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > HEAD_MAX:
            self._fail(Failure.UNREADABLE, f"a head of more than {HEAD_MAX} bytes")

    def _finish(self) -> None:
        self._end(Answer(self._status, self._content_type, bytes(self._body)))

    def _fail(self, failure: Failure, text: str) -> None:
        self._end(NotFetched(failure, text))
        self.close()

    def _end(self, outcome: Answer | NotFetched) -> None:
        asked, self._asked = self._asked, None
        if asked is None or asked.done():
            return
        if isinstance(outcome, Answer):
            asked.set_result(outcome)
        else:
            asked.set_exception(outcome)
