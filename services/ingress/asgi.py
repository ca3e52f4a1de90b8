"""Bare ASGI: a bounded body read in time; a document, or a problem, as the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from services.ingress.twilio_forms import BODY_BYTES_MAX

XML = b"text/xml; charset=utf-8"
PROBLEM = b"application/problem+json"

Header = tuple[bytes, bytes]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class NotAnswered(Exception):
    """The request is refused with an HTTP status; `problem` says why, to a person."""

    def __init__(
        self, status: int, problem: str, field: str = "", headers: tuple[Header, ...] = ()
    ) -> None:
        super().__init__(problem)
        self.status = status
        self.problem = problem
        self.field = field
        self.headers = headers


async def read_body(receive: Receive, within_ms: float) -> bytes:
    """The whole body, or NotAnswered where it is too long, too slow or broken off."""
    try:
        async with asyncio.timeout(within_ms / 1_000):
            return await _whole_body(receive)
    except TimeoutError:
        raise NotAnswered(408, "the body did not arrive in time") from None


async def _whole_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise NotAnswered(400, "the connection ended before the body did", "body")
        body += message.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            raise NotAnswered(413, f"at most {BODY_BYTES_MAX} bytes are read", "body")
        if not message.get("more_body"):
            return bytes(body)


async def send_document(send: Send, document: bytes) -> None:
    """Answer with TwiML."""
    await _send(send, 200, XML, document)


async def send_problem(send: Send, no: NotAnswered) -> None:
    """Answer with what is wrong, as a program and a person can read it."""
    problem = {"status": no.status, "title": no.problem, "field": no.field}
    await _send(send, no.status, PROBLEM, orjson.dumps(problem), no.headers)


async def _send(
    send: Send, status: int, content_type: bytes, body: bytes, more: tuple[Header, ...] = ()
) -> None:
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
