"""Facts on disk, for when NATS is away: appended, then published in their order.

Each process writes a file of its own, locked while it lives; a file whose owner has
died is adopted by any process that looks.  Lines survive the death of the process;
they are not forced to the disk one by one, since a machine that dies takes
NATS and the caller's line with it as a rule, and reconciliation heals the rest.
"""

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

import orjson
from pydantic import TypeAdapter, ValidationError

from libs.runtime.broker import Broker
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish
from libs.runtime.tasks import ended

SPOOL_BYTES_MAX = 128 * 1024**2  # a quarter of a million facts; beyond it some are dropped
DROPPED_FIRST = ("event.leg.ringing.v1", "event.leg.answered.v1")
"""They only enrich a record.  Arrivals and ends are never dropped while the disk takes them."""
FLUSH_EVERY_SECONDS = 0.5
FLUSH_AT_STOP_SECONDS = 5.0  # then the next process goes on
PUBLISH_WITHIN_SECONDS = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it will be published."""

    subject: str
    key: str
    payload: str
    headers: dict[str, str]


_read = TypeAdapter(Entry).validate_json


class Spool:
    """The facts of one ingress process that NATS has not acknowledged."""

    def __init__(self, folder: Path, broker: Broker, bytes_max: int = SPOOL_BYTES_MAX) -> None:
        self._folder = folder
        self._broker = broker
        self._bytes_max = bytes_max
        folder.mkdir(parents=True, exist_ok=True)
        self._task: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()
        self.dropped = 0
        self._begin_file()

    def _begin_file(self) -> None:
        """Name the next file; it is made when there is something to keep."""
        self._path = self._folder / f"{uuid4().hex}.jsonl"
        self._file: IO[bytes] | None = None
        self._size = 0
        self._published = 0  # bytes at the file's beginning that need not be looked at again
        self.depth = 0

    def start(self) -> None:
        """Begin to flush."""
        self._task = asyncio.create_task(self._flush_for_ever(), name="spool")

    async def stop(self) -> None:
        """Publish what can be published; the rest stays for the next process."""
        await ended(self._task)
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(FLUSH_AT_STOP_SECONDS):
                await self.flush()
        if self._file is not None:
            self._file.close()
            if not self.depth:
                _remove(self._path)
        self._begin_file()  # a webhook that ends after us may still have something to keep

    def keep(self, entry: Entry) -> None:
        """Write a fact down; a full spool drops what only enriches a record."""
        if self._size > self._bytes_max and entry.subject in DROPPED_FIRST:
            self._drop(entry, "the spool is full")
            return
        try:
            self._append(orjson.dumps(entry) + b"\n")
        except OSError as fault:
            self._drop(entry, f"the disk takes nothing: {fault}")
            return
        self.depth += 1

    async def flush(self) -> int:
        """Publish what is kept, our own and what dead processes left; give how many."""
        if not self._broker.connected:
            return 0
        async with self._flushing:
            count = await self._flush_own()
            for path in self._others():
                count += await self._adopt(path)
            return count

    def _drop(self, entry: Entry, why: str) -> None:
        self.dropped += 1
        log.error("a fact is lost: %s", why, extra={"subject": entry.subject, "key": entry.key})

    def _append(self, line: bytes) -> None:
        file = self._file = self._file or _locked(self._path)
        if file.write(line) != len(line):
            file.truncate(self._size)  # half a line would spoil the next one
            raise OSError(errno.ENOSPC, "no room for a whole line")
        self._size += len(line)

    def _others(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.jsonl") if path != self._path)

    async def _flush_own(self) -> int:
        if self._file is None or not self.depth:
            return 0
        count = 0
        async for length in self._publish_all(self._path, self._published):
            self._published += length
            self.depth -= 1
            count += 1
        if self._published == self._size:
            self._file.truncate(0)
            self._size = self._published = self.depth = 0
        return count

    async def _adopt(self, path: Path) -> int:
        count = published = 0
        with contextlib.suppress(OSError), _orphaned(path) as size:
            async for length in self._publish_all(path, 0):
                published += length
                count += 1
            if published == size:
                _remove(path)
        return count

    async def _publish_all(self, path: Path, start: int) -> AsyncIterator[int]:
        """Publish a file's facts in order, as long as NATS takes them; give each line's length."""
        for line, entry in _entries(path, start):
            if entry is not None and not await self._sent(entry):
                return
            yield len(line)

    async def _sent(self, entry: Entry) -> bool:
        try:
            await publish(
                self._broker,
                entry.subject,
                entry.payload.encode(),
                {**entry.headers, MESSAGE_ID: entry.key},
                PUBLISH_WITHIN_SECONDS,
            )
        except NotPublished as fault:
            log.info("the spool has to wait: %s", fault)
            return False
        return True

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_SECONDS)
            try:
                await self.flush()
            except OSError as fault:
                log.warning("the spool cannot be read now: %r", fault)


def _locked(path: Path) -> IO[bytes]:
    """A new file that is never seen without its owner's lock."""
    draft = path.with_suffix(".new")
    file = draft.open("ab", buffering=0)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    draft.rename(path)
    return file


@contextlib.contextmanager
def _orphaned(path: Path) -> Iterator[int]:
    """Hold a dead process's file and give its size; raise OSError while its owner lives."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield os.fstat(file.fileno()).st_size


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _entries(path: Path, start: int) -> Iterator[tuple[bytes, Entry | None]]:
    """A file's lines; one that a dying process left half written has no entry."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            try:
                entry = _read(line)
            except ValidationError:
                log.warning("a damaged line in the spool is passed over")
                yield line, None
            else:
                yield line, entry
