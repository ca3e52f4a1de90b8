"""Twilio's REST API as the carrier player serves it, with faults between any two steps.

Every request about numbers is held against Twilio's own document of the API.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn

from deploy.local.carrier import rest
from deploy.local.carrier.clock import VirtualClock
from deploy.local.carrier.player import Carrier
from tests.kit.twilio_document import violations


class Trouble(StrEnum):
    """What goes wrong with a request."""

    AWAY = "away"  # not done: 503
    BUSY = "busy"  # not done: 429
    LOST = "lost"  # done, and the connection is cut before the answer
    GARBLED = "garbled"  # done, and answered with what is no JSON


@dataclass
class Planned:
    """One trouble, for so many requests of a method whose path matches."""

    method: str
    path: str
    trouble: Trouble
    times: int = 1


class PlayedRest:
    """One carrier account at an address of 127.0.0.1."""

    def __init__(self, carrier: Carrier, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.carrier = carrier
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.violations: list[str] = []
        self.troubles: list[Planned] = []
        self._rest = rest.create(carrier)

    def plan(self, method: str, path: str, trouble: Trouble, times: int = 1) -> None:
        """Have something go wrong with the next such requests."""
        self.troubles.append(Planned(method, path, trouble, times))

    def made(self, method: str, path: str = "") -> list[dict[str, str]]:
        """What such requests said: their queries or forms."""
        return [said for how, where, said in self.requests if how == method and path in where]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        method, path = scope["method"], scope["path"]
        body = await _body(receive)
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.requests.append((method, path, form or query))
        if "PhoneNumbers" in path:
            self.violations += violations(method, path, query, form)
        trouble = self._trouble(method, path)
        if trouble in (Trouble.AWAY, Trouble.BUSY):
            await _answer(send, 503 if trouble is Trouble.AWAY else 429, b"{}")
            return
        answered = _Kept() if trouble else send
        await self._rest(scope, _once(body), answered)
        if trouble is Trouble.GARBLED:
            await _answer(send, 200, b"<html>")
        elif trouble is Trouble.LOST:
            length = [(b"content-length", b"100")]
            await send({"type": "http.response.start", "status": 200, "headers": length})
            raise ConnectionAbortedError("the answer is lost")

    def _trouble(self, method: str, path: str) -> Trouble | None:
        for planned in self.troubles:
            if planned.times and planned.method == method and re.search(planned.path, path):
                planned.times -= 1
                return planned.trouble
        return None


class _Kept:
    async def __call__(self, message: Any) -> None:
        """An answer that nobody gets."""


async def _body(receive: Any) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _once(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Any, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def listening(app: Any, port_taken: socket.socket) -> AsyncIterator[None]:
    """Serve an app on a socket that is bound already."""
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # not ours to take
    serving = asyncio.create_task(server.serve(sockets=[port_taken]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def played_rest(
    account_sid: str, token: str, webhooks: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[PlayedRest]:
    """A carrier account that listens; at the end every request was as its document allows.

    `webhooks` reach whom its calls are asked about; without it nobody.
    """
    async with httpx.AsyncClient(transport=webhooks) as client:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()  # from here on clients wait rather than fail
            carrier = Carrier(account_sid, token, VirtualClock(), client)
            played = PlayedRest(carrier, taken.getsockname()[1])
            async with listening(played, taken):
                yield played
    assert played.violations == []
