"""Passes the body of an answer on as it comes, so that no length of it is ever in memory.

For addresses of our own and of the carrier alone: others' are asked by `fetch`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import aiohttp
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

CONNECT_SECONDS = 5.0
PAUSE_SECONDS = 15.0  # between two parts of a body
REDIRECTS_MAX = 3  # credentials are not sent on to another host
CHUNK_BYTES = 64 * 1024
ROOM_SECONDS = 2.0  # until one of those that run may end

_TIMES = aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=PAUSE_SECONDS)
_KEPT = ("Content-Type", "Content-Length", "Content-Range", "Accept-Ranges")


class NotRelayed(Exception):
    """There is no answer that could be passed on; says why."""


class Relayed(StreamingResponse):
    """An answer under way.  Whoever got it sends it, or closes it."""

    def __init__(self, answer: aiohttp.ClientResponse, open_: AsyncExitStack) -> None:
        kept = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
        super().__init__(_parts(answer), answer.status, kept)
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; however that ends, the connection behind it is given up."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.close()

    async def close(self) -> None:
        """Give the connection behind it up."""
        await self._open.aclose()


class Relay:
    """Asks for what is passed on; at most so many at once."""

    def __init__(self, at_once_max: int) -> None:
        self._room = asyncio.Semaphore(at_once_max)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Be ready to ask."""
        self._session = aiohttp.ClientSession(
            timeout=_TIMES, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, headers: Mapping[str, str]) -> Relayed:
        """The answer, as far as its headers; raise NotRelayed."""
        assert self._session is not None, "opened before"
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(ROOM_SECONDS):
                    await self._room.acquire()
                stack.callback(self._room.release)
                answer = await stack.enter_async_context(
                    self._session.get(
                        url,
                        headers={"Accept-Encoding": "identity", **headers},
                        max_redirects=REDIRECTS_MAX,
                    )
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as fault:
                raise NotRelayed(f"{type(fault).__name__}: {str(fault)[:200]}") from fault
            return Relayed(answer, stack.pop_all())


async def _parts(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for part in answer.content.iter_chunked(CHUNK_BYTES):
        yield part
