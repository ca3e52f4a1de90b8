"""Facts on disk, for when NATS is away: appended, then published in their order.

Each process writes a file of its own, locked while it lives; a file whose owner has
died is adopted by the next process that looks.  Lines survive the death of the
process; they are not forced to the disk one by one, since a machine that dies takes
NATS and the caller's line with it as a rule, and reconciliation heals the rest.
"""

import asyncio
import contextlib
import fcntl
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

import orjson

from libs.runtime.broker import Broker
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish

SPOOL_BYTES_MAX = 256 * 1024**2  # half a million facts
DROP_BYTES = SPOOL_BYTES_MAX // 2  # beyond it facts that only enrich a record are dropped
FLUSH_EVERY_SECONDS = 0.5
PUBLISH_WITHIN_SECONDS = 2.0
ENRICHING = ("event.leg.ringing.v1", "event.leg.answered.v1")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact as it will be published."""

    subject: str
    key: str
    payload: str
    headers: dict[str, str]


class Spool:
    """The facts of one ingress process that NATS has not acknowledged."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self._folder = folder
        self._broker = broker
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{uuid4().hex}.jsonl"
        self._file: IO[bytes] | None = None
        self._task: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()
        self.depth = 0
        self.dropped = 0

    def start(self) -> None:
        """Begin to flush."""
        self._task = asyncio.create_task(self._flush_for_ever(), name="spool")

    async def stop(self) -> None:
        """Publish what can be published; the rest stays for the next process."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()
        if self._file is not None:
            self._file.close()
            if not self.depth:
                self._path.unlink(missing_ok=True)

    def keep(self, entry: Entry) -> None:
        """Write a fact down; a full spool drops what only enriches a record."""
        file = self._open()
        size = file.tell()
        if size > SPOOL_BYTES_MAX or (size > DROP_BYTES and entry.subject in ENRICHING):
            self.dropped += 1
            log.error("the spool is full: a fact is lost", extra={"subject": entry.subject})
            return
        file.write(orjson.dumps(entry) + b"\n")
        file.flush()
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

    def _others(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.jsonl") if path != self._path)

    async def _flush_own(self) -> int:
        if not self.depth:
            return 0
        published, whole = await self._publish_all(self._path)
        if whole and published == self.depth:  # nothing was added meanwhile
            self._open().truncate(0)
            self._open().seek(0)
            self.depth = 0
        return published

    async def _adopt(self, path: Path) -> int:
        with contextlib.suppress(OSError), _orphaned(path):
            published, whole = await self._publish_all(path)
            if whole:
                _remove(path)
            return published
        return 0

    async def _publish_all(self, path: Path) -> tuple[int, bool]:
        """Publish a file's facts in order; how many, and whether that was all."""
        published = 0
        for entry in _entries(path):
            headers = {**entry.headers, MESSAGE_ID: entry.key}
            try:
                await publish(
                    self._broker,
                    entry.subject,
                    entry.payload.encode(),
                    headers,
                    PUBLISH_WITHIN_SECONDS,
                )
            except NotPublished as fault:
                log.info("the spool has to wait: %s", fault)
                return published, False
            published += 1
        return published, True

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self._file = self._path.open("ab")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self._file

    async def _flush_for_ever(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_EVERY_SECONDS)
            await self.flush()


@contextlib.contextmanager
def _orphaned(path: Path) -> Iterator[None]:
    """Hold a dead process's file; raise OSError while its owner lives."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _entries(path: Path) -> Iterator[Entry]:
    """A file's facts; a last line that a dying process left half written is passed over."""
    with path.open("rb") as file:
        for line in file:
            try:
                yield Entry(**orjson.loads(line))
            except (orjson.JSONDecodeError, TypeError):
                log.warning("a damaged line in the spool is passed over")
