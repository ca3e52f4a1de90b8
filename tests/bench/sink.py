"""Swallows traces and metrics, so that exporting them has somewhere to go."""

from tests.bench.floor import Receive, Scope, Send, body_of


async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
    """Accept whatever is exported, as an OTLP collector does."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await body_of(receive)
    headers = [(b"content-type", b"application/x-protobuf"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def create() -> object:
    """Hand the app to uvicorn."""
    return swallow
