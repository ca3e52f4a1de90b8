"""A TCP proxy that misbehaves on demand: latency, stalls and cuts between two parts."""

import asyncio
import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self

from deploy.local.servers.ports import LOOPBACK, free_port

END = b""  # what a stream reads at its end
CHUNK_BYTES = 65_536
IN_FLIGHT_MAX = 256  # chunks on their way in one direction; then the sender feels the pressure
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST, not FIN


class Proxy:
    """Passes bytes between its own port and a server's, as well as the test lets it.

    `async with Proxy(port) as proxy:` then connect to `proxy.port`.
    """

    def __init__(self, target_port: int) -> None:
        self.delay_s = 0.0  # latency of each direction, for what is sent from now on
        self.port = free_port()
        self._target_port = target_port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._links: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}

    async def __aenter__(self) -> Self:
        await self.heal()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.cut()

    async def cut(self) -> None:
        """Reset all connections and refuse new ones, as when the server dies."""
        if self._server is not None:
            self._server.close()
            self._server = None
        links, self._links = self._links, {}
        for task, writers in links.items():
            for writer in writers:
                reset(writer)
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)

    async def heal(self) -> None:
        """Accept connections again, on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)

    def freeze(self) -> None:
        """Deliver nothing more while connections look alive: half-open, as behind a dead router."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Deliver what was held back, and go on."""
        self._flowing.set()

    @property
    def connections(self) -> int:
        """Return how many clients are connected."""
        return len(self._links)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links[task] = (writer,)
        try:
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target_port)
                self._links[task] = (writer, far_writer)
                async with asyncio.TaskGroup() as directions:
                    directions.create_task(self._carry(reader, far_writer))
                    directions.create_task(self._carry(far_reader, writer))
        finally:
            for open_writer in self._links.pop(task, ()):
                open_writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one direction: what is read is written `delay_s` later, in order."""
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT_MAX)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._receive(reader, on_the_way))
            both.create_task(self._deliver(writer, on_the_way))

    async def _receive(
        self, reader: asyncio.StreamReader, on_the_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            data = await read(reader)
            await on_the_way.put((loop.time() + self.delay_s, data))
            if data == END:
                return

    async def _deliver(
        self, writer: asyncio.StreamWriter, on_the_way: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due_at, data = await on_the_way.get()
            await asyncio.sleep(max(0.0, due_at - loop.time()))
            await self._flowing.wait()
            if data == END:
                break
            with suppress(ConnectionError):
                writer.write(data)
                await writer.drain()
        with suppress(OSError):
            writer.write_eof()


async def read(reader: asyncio.StreamReader) -> bytes:
    """Read what has come; a connection that breaks ends like one that is closed."""
    try:
        return await reader.read(CHUNK_BYTES)
    except ConnectionError:
        return END


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection so that its peer sees "connection reset", at once."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
