"""Yardstick *floor*: the web server and one NATS question per webhook, constant answers.

No form is read, no signature checked, no SQL asked: nothing built on these two parts in
this language answers sooner.  Run by uvicorn; `python -m tests.bench.floor` is the answerer.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import nats
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg

SUBJECT = "ask.floor.webhook.v1"
ANSWER_WITHIN_S = 5.0
DIAL = (
    b'<?xml version="1.0" encoding="UTF-8"?><Response>'
    b'<Dial answerOnBridge="true" timeout="25" timeLimit="7200" action="/action">'
    b"<Number>+13122000000</Number></Dial></Response>"
)
NOTHING = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def body_of(receive: Receive) -> bytes:
    """Receive a request's whole body."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body", False):
            return body


async def reply(send: Send, body: bytes, status: int = 200) -> None:
    """Send TwiML."""
    headers = [
        (b"content-type", b"application/xml"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Floor:
    """The app: hands every webhook to the answerer and gives back what it says."""

    def __init__(self, nats_url: str) -> None:
        self._nats_url = nats_url
        self._nats: Client | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's own start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = await body_of(receive)
        if scope["path"] == "/readyz":
            await reply(send, b"ready")
            return
        assert self._nats is not None
        question = scope["path"].encode() + b"?" + body
        answer = await self._nats.request(SUBJECT, question, timeout=ANSWER_WITHIN_S)
        await reply(send, answer.data)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._nats = await nats.connect(self._nats_url)
                await send({"type": "lifespan.startup.complete"})
            else:
                assert self._nats is not None
                await self._nats.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def create() -> Floor:
    """Build the app for uvicorn."""
    return Floor(os.environ["NATS_URL"])


async def answer_for_ever(nats_url: str) -> None:
    """Answer every question at once: the voice webhook's with a Dial, the others with nothing."""

    async def answer(message: Msg) -> None:
        await message.respond(DIAL if message.data.startswith(b"/voice") else NOTHING)

    connection = await nats.connect(nats_url)
    await connection.subscribe(SUBJECT, queue="floor", cb=answer)
    await connection.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(answer_for_ever(os.environ["NATS_URL"]))
