"""Plays outside bidders: some answer, one refuses, one lags, one is broken.

Each has a path of its own; tests give them other plays.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import orjson

HEAD_MAX = 64 * 1024  # of a request; the client is our own
ROUNDS_TO_BEGIN = 3  # of the loop: a line that was just accepted must be there to be cut
TOO_LATE_MS = 2_500  # later than any demo auction waits


@dataclass(frozen=True)
class Play:
    """How a bidder answers; `raw` is sent as it is, and then the line is cut, unless it `stays`.

    `drip_ms` is waited after each byte of `raw`; `reset` ends the line as a crash does.
    """

    body: bytes = b""
    status: int = 200
    delay_ms: float = 0
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    stays: bool = False
    drip_ms: float = 0
    reset: bool = False


@dataclass(frozen=True)
class Heard:
    """A request as a bidder got it."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Answering = Play | Callable[[Heard], Play]
"""The same answer to everybody, or one that the request decides."""


def bids(amount: object, **more: object) -> Play:
    """A bidder that pays so much."""
    delay_ms = float(str(more.pop("delay_ms", 0)))
    answer = {"bidAmount": amount, "phoneNumber": "+15550100031", "expireInSeconds": 60, **more}
    return Play(orjson.dumps(answer), delay_ms=delay_ms)


DEMO: Mapping[str, Play] = {
    "/fast-low": bids(12.5, phoneNumber="+15550100031", requiredDuration=30),
    "/slow-high": bids(31, delay_ms=250, phoneNumber="+15550100032", requiredDuration=60),
    "/too-late": bids(90, delay_ms=TOO_LATE_MS, phoneNumber="+15550100033"),
    "/refuses": Play(b'{"accepted":false,"bidAmount":80,"rejectReason":"no capacity"}'),
    "/broken": Play(b'{"bidAmount": 70, "phoneNumber": "+1555'),
}


class PlayedBidders:
    """A small HTTP server; every path is a bidder."""

    def __init__(self, plays: Mapping[str, Answering] | None = None) -> None:
        self.plays: dict[str, Answering] = dict(plays or {})
        self.heard: list[Heard] = []
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None] | None] = set()
        self._secure = False

    @property
    def url(self) -> str:
        """Where they listen."""
        assert self._server is not None, "started before"
        scheme = "https" if self._secure else "http"
        return f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(
        self, port: int = 0, secure: ssl.SSLContext | None = None, host: str = "127.0.0.1"
    ) -> None:
        """Begin to listen."""
        self._secure = secure is not None
        self._server = await asyncio.start_server(
            self._serve, host, port, limit=HEAD_MAX, ssl=secure
        )

    async def stop(self) -> None:
        """Cut all lines."""
        assert self._server is not None, "started before"
        self._server.close()
        for _ in range(ROUNDS_TO_BEGIN):
            await asyncio.sleep(0)
        lines = [line for line in self._lines if line is not None]
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    def asked(self, path: str) -> list[Heard]:
        """What one bidder was asked."""
        return [one for one in self.heard if one.target.partition("?")[0] == path]

    def _play(self, heard: Heard) -> Play:
        answering = self.plays.get(heard.target.partition("?")[0], Play(status=404))
        return answering if isinstance(answering, Play) else answering(heard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        self._lines.add(line)
        try:
            while (heard := await _read(reader)) is not None:
                self.heard.append(heard)
                play = self._play(heard)
                await asyncio.sleep(play.delay_ms / 1_000)
                if play.reset:
                    _reset(writer)
                    return
                if play.raw is not None:
                    await _send(writer, play.raw, play.drip_ms)
                    if play.stays:
                        continue
                    return
                writer.write(_answer(play))
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        finally:
            self._lines.discard(line)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _send(writer: asyncio.StreamWriter, raw: bytes, drip_ms: float) -> None:
    for part in (raw,) if not drip_ms else (raw[at : at + 1] for at in range(len(raw))):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(drip_ms / 1_000)


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a line so that the other side is told of a reset, not of an end."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Heard | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(method, target, headers, body)


def _answer(play: Play) -> bytes:
    more = "".join(f"{name}: {value}\r\n" for name, value in play.headers.items())
    head = (
        f"HTTP/1.1 {play.status} Played\r\nContent-Type: {play.content_type}\r\n"
        f"{more}Content-Length: {len(play.body)}\r\n\r\n"
    )
    return head.encode() + play.body
