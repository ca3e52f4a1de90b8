"""Connections to the outside, kept for the next request to the same place."""

import asyncio
import ssl
from collections import defaultdict
from typing import NamedTuple

from aiohappyeyeballs import start_connection

from libs.runtime.addresses import Names
from libs.runtime.line import Answer, Line, Unheard

LINES_MAX = 2_000  # in use at once by one process, all places together; others wait for theirs
IDLE_MAX = 500  # kept for one place; what more there is was a burst
IDLE_SECONDS = 60.0  # how long one is kept for the next request
LOOK_EVERY_SECONDS = 10.0  # for those kept too long
NEXT_ADDRESS_SECONDS = 0.25  # then a place's other addresses are tried beside the first


class Place(NamedTuple):
    """What a connection leads to."""

    host: str
    port: int
    is_secure: bool


class Lines:
    """Connects, and keeps what it has connected."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._free = asyncio.Semaphore(LINES_MAX)
        self._kept: defaultdict[Place, dict[Line, None]] = defaultdict(dict)
        self._is_closed = False
        self._secure = ssl.create_default_context()
        self._loop = asyncio.get_running_loop()
        self._look = self._loop.call_later(LOOK_EVERY_SECONDS, self._close_idle)

    def close(self) -> None:
        """Close all that are kept; those in use end with what is asked over them."""
        self._is_closed = True
        self._look.cancel()
        self._close_kept_since(self._loop.time())

    async def ask(self, place: Place, request: bytes, bytes_max: int, *, again: bool) -> Answer:
        """Send a request over a connection of its own; raise NotFetched, or what the system says.

        A kept connection may have been ended by the other side meanwhile: then, if the same may
        be asked `again`, it goes over a new one.
        """
        async with self._free:
            line = self._take(place)
            if line is not None:
                try:
                    return await self._ask(line, place, request, bytes_max)
                except Unheard:
                    if not again:
                        raise
            return await self._ask(await self._connect(place), place, request, bytes_max)

    async def _ask(self, line: Line, place: Place, request: bytes, bytes_max: int) -> Answer:
        try:
            answer = await line.ask(request, bytes_max)
        except BaseException:  # what may yet come belongs to nobody
            line.close()
            raise
        if line.is_open and not self._is_closed and len(self._kept[place]) < IDLE_MAX:
            line.idle_since = self._loop.time()
            self._kept[place][line] = None
        else:
            line.close()
        return answer

    def _take(self, place: Place) -> Line | None:
        """The one that was used last; those before it may grow too old."""
        kept = self._kept[place]
        while kept:
            line, _ = kept.popitem()
            if line.is_open:
                return line
        return None

    async def _connect(self, place: Place) -> Line:
        addresses = await self._names.addresses(place.host, place.port)
        socket = await start_connection(addresses, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS)
        try:
            _, line = await self._loop.create_connection(
                Line,
                sock=socket,
                ssl=self._secure if place.is_secure else None,
                server_hostname=place.host if place.is_secure else None,
            )
        except BaseException:
            socket.close()
            raise
        return line

    def _close_idle(self) -> None:
        self._look = self._loop.call_later(LOOK_EVERY_SECONDS, self._close_idle)
        self._close_kept_since(self._loop.time() - IDLE_SECONDS)

    def _close_kept_since(self, when: float) -> None:
        for place, kept in list(self._kept.items()):
            for line in [one for one in kept if one.idle_since <= when or not one.is_open]:
                del kept[line]
                line.close()
            if not kept:
                del self._kept[place]
