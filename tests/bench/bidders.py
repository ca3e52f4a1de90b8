"""Bidders that answer when they say they do: what they cost themselves is no part of an auction.

The played bidders of tests can do far more, and take several times as long: with two hundred of
them the last one's answer was late by their own work.
"""

import asyncio
from functools import partial
from typing import Any

import orjson

BIDDER_MS = 20


def answering(status: int, body: bytes = b"") -> bytes:
    """An answer as it travels."""
    head = f"HTTP/1.1 {status} Played\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def bid(at: int) -> bytes:
    """What the bidder at this place pays, as it travels."""
    return answering(
        200,
        orjson.dumps(
            {
                "bidAmount": str(1 + at / 100),
                "phoneNumber": "+15550100031",
                "expireInSeconds": 60,
            }
        ),
    )


class Bidder(asyncio.Protocol):
    """Of `/7` a bid after 20 ms, of `/down/7` a fault at once, of `/silent/7` nothing."""

    def __init__(self, bids: dict[bytes, bytes]) -> None:
        self._bids = bids
        self._loop = asyncio.get_running_loop()
        self._come = b""

    def connection_made(self, transport: Any) -> None:
        """Have somewhere to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request once it is whole."""
        self._come += data
        head, _, body = self._come.partition(b"\r\n\r\n")
        length = head.lower().rpartition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0]
        if not length.isdigit() or len(body) < int(length):
            return
        self._come = b""
        path = head.split(b" ", 2)[1]
        if path in self._bids:
            self._loop.call_later(BIDDER_MS / 1_000, self._transport.write, self._bids[path])
        elif path.startswith(b"/down/"):
            self._transport.write(answering(500))


async def serve_bidders(many: int) -> asyncio.Server:
    """So many of them."""
    bids = {f"/{at}".encode(): bid(at) for at in range(many)}
    loop = asyncio.get_running_loop()
    return await loop.create_server(partial(Bidder, bids), "127.0.0.1", 0, backlog=2 * many)
