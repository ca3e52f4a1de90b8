"""Before the door of pings: so many a second go through, so that calls come first.

Whoever is turned away costs next to nothing: neither a route, nor a body, nor the database.
"""

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from services.rtb.domain.ping_answer import written_as

GUARDED = "/v1/production/"
NO = {
    "accept": False,
    "bidAmount": 0,
    "rejectReason": "Too many pings (Code: 1025)",
    "rejectCode": 1025,
}
_ANSWERS = {form: written_as(form, NO) for form in ("json", "xml")}
RETRY_AFTER_SECONDS = b"1"


class Gate:
    """A bucket of a second's pings, that fills as time passes.  `monotonic` is in seconds."""

    def __init__(
        self, app: ASGIApp, per_second: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._most = float(per_second)
        self._left = self._most
        self._monotonic = monotonic
        self._at = monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or send it away."""
        if scope["type"] != "http" or not scope["path"].startswith(GUARDED) or self._take():
            await self._app(scope, receive, send)
            return
        kind, body = _ANSWERS["xml" if scope["path"].endswith(".xml") else "json"]
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"retry-after", RETRY_AFTER_SECONDS),
        ]
        await send({"type": "http.response.start", "status": 429, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _take(self) -> bool:
        now = self._monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._most)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
