"""Facts that commit together with the change they tell of, then go to the stream.

The row is written in the change's own transaction.  Right after the commit it is
published from memory and its row deleted; what a crash or an absent broker left
behind is swept up two seconds later, by any replica.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from opentelemetry import metrics
from sqlalchemy import Column, DateTime, MetaData, Table, Text, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.sql import bindparam

from libs.runtime.batch import Batch
from libs.runtime.broker import Broker
from libs.runtime.database import NOT_NOW, Database, Statement, is_not_now
from libs.runtime.publish import MESSAGE_ID, NotPublished, publish
from libs.runtime.tasks import ended
from libs.runtime.telemetry import trace_headers

SWEEP_EVERY_SECONDS = 1.0
SWEEP_AFTER = timedelta(seconds=2)  # younger rows are being published from memory
SWEEP_ROWS_MAX = 500
PUBLISH_WITHIN_SECONDS = 2.0
IN_FLIGHT_MAX = 2_000  # above it rows wait for the sweeper instead of memory
DELETE_ROWS_MAX = 500
DELETE_GATHER_SECONDS = 0.1  # published rows go together; the sweeper minds only older ones

log = logging.getLogger(__name__)
_delayed = metrics.get_meter("outbox").create_counter(
    "outbox.swept", description="Facts that were published by the sweeper, not at once"
)


def outbox_table(metadata: MetaData) -> Table:
    """The outbox of a service's schema."""
    return Table(
        "outbox",
        metadata,
        Column("id", UUID_TYPE(as_uuid=True), primary_key=True),
        Column("subject", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    )


@dataclass(frozen=True, slots=True)
class Announcement:
    """A fact on its way out, with the trace it belongs to."""

    subject: str
    payload: str
    id: UUID = field(default_factory=uuid4)
    headers: Mapping[str, str] = field(default_factory=lambda: trace_headers({}))

    def row(self) -> dict[str, Any]:
        """The outbox row, to be inserted with the change it tells of."""
        return {
            "id": self.id,
            "subject": self.subject,
            "payload": self.payload,
            "headers": dict(self.headers),
            "created_at": datetime.now(UTC),
        }


class Outbox:
    """Relays one service's announcements to the stream."""

    def __init__(self, database: Database, broker: Broker, table: Table) -> None:
        self._database = database
        self._broker = broker
        self._table = table
        self._delete = Statement(
            delete(table).where(
                table.c.id == func.any(bindparam("ids", type_=ARRAY(UUID_TYPE(as_uuid=True))))
            ),
            "outbox.delete",
        )
        self._deletes = Batch(
            self._delete_rows, DELETE_ROWS_MAX, gather_seconds=DELETE_GATHER_SECONDS
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to sweep."""
        self._sweeper = asyncio.create_task(self._sweep_for_ever(), name="outbox-sweeper")

    async def stop(self) -> None:
        """Finish what is being published; the rest stays for the next process."""
        await ended(self._sweeper)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PUBLISH_WITHIN_SECONDS)

    def announce(self, announcements: Iterable[Announcement]) -> None:
        """Publish what has just been committed; returns at once."""
        for announcement in announcements:
            if len(self._tasks) >= IN_FLIGHT_MAX or not self._broker.connected:
                return  # the sweeper will
            task = asyncio.create_task(self._publish(announcement))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def oldest_age_seconds(self) -> float:
        """How long the oldest fact has been waiting; 0 when none is."""
        statement = select(func.min(self._table.c.created_at))
        async with self._database.transaction() as connection:
            oldest = (await connection.execute(statement)).scalar()
        return 0.0 if oldest is None else (datetime.now(UTC) - oldest).total_seconds()

    async def _publish(self, announcement: Announcement) -> None:
        try:
            await self._send(announcement)
            await self._deletes.add(announcement.id)
        except (NotPublished, *NOT_NOW) as fault:
            log.info("left to the sweeper: %r", fault)

    async def _send(self, announcement: Announcement) -> None:
        await publish(
            self._broker,
            announcement.subject,
            announcement.payload.encode(),
            {**announcement.headers, MESSAGE_ID: str(announcement.id)},
            PUBLISH_WITHIN_SECONDS,
        )

    async def _delete_rows(self, ids: Sequence[UUID]) -> Sequence[None]:
        async with self._database.hot() as connection:
            await self._delete.run(connection, ids=list(ids))
        return [None] * len(ids)

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_SECONDS)
            if not self._broker.connected:
                continue
            try:
                await self.sweep()
            except Exception as fault:
                if not is_not_now(fault) and not isinstance(fault, NotPublished):
                    raise
                log.warning("the outbox could not be swept: %r", fault)

    async def sweep(self) -> int:
        """Publish what was left behind; give how many.  Replicas share the rows out."""
        table = self._table
        left_behind = (
            select(table)
            .where(table.c.created_at < datetime.now(UTC) - SWEEP_AFTER)
            .order_by(table.c.created_at)
            .limit(SWEEP_ROWS_MAX)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(left_behind)).all()
            sends = (
                self._send(Announcement(row.subject, row.payload, row.id, row.headers))
                for row in rows
            )
            await asyncio.gather(*sends)
            await connection.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
        _delayed.add(len(rows))
        return len(rows)
