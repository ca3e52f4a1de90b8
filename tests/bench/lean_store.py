"""What the lean yardstick keeps: places with targets, and call rows; few statements, large ones."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

ROWS_EVERY_S = 0.02  # twenty milliseconds of calls in one statement
SCHEMA = """
CREATE TABLE number (number text PRIMARY KEY, campaign_id int NOT NULL);
CREATE TABLE target (
    id int PRIMARY KEY, campaign_id int NOT NULL, number text NOT NULL, weight int NOT NULL,
    concurrency_cap int NOT NULL, daily_cap int NOT NULL,
    live int NOT NULL DEFAULT 0, today int NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE call (
    call_sid text PRIMARY KEY, caller text NOT NULL, target_id int NOT NULL,
    started_at timestamptz NOT NULL, leg_status text, leg_ended_at timestamptz,
    status text, seconds int, ended_at timestamptz
);
"""
CLAIM = """
WITH asked AS (
    SELECT * FROM unnest(%s::int[], %s::int[], %s::int[]) AS a (id, wanted, freed)
), locked AS (
    SELECT t.id, a.freed, least(a.wanted, greatest(0, least(
        t.concurrency_cap - t.live + a.freed, t.daily_cap - t.today))) AS granted
    FROM target t JOIN asked a USING (id) ORDER BY t.id FOR UPDATE OF t
)
UPDATE target t SET live = t.live - l.freed + l.granted, today = t.today + l.granted
FROM locked l WHERE t.id = l.id RETURNING t.id, l.granted
"""
STARTED = """
INSERT INTO call (call_sid, caller, target_id, started_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[])
ON CONFLICT DO NOTHING
"""
LEG_ENDED = """
UPDATE call SET leg_status = u.status, leg_ended_at = u.at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS u (call_sid, status, at)
WHERE call.call_sid = u.call_sid
"""
ENDED = """
UPDATE call SET status = u.status, seconds = u.seconds, ended_at = u.at
FROM unnest(%s::text[], %s::text[], %s::int[], %s::timestamptz[])
    AS u (call_sid, status, seconds, at)
WHERE call.call_sid = u.call_sid
"""

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]


class Claims:
    """Places with targets, taken and given back in batches, one statement at a time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._wanted: list[tuple[int, asyncio.Future[bool]]] = []
        self._freed: list[tuple[int, asyncio.Future[bool]]] = []
        self._running: asyncio.Task[None] | None = None

    async def take(self, target_id: int) -> bool:
        """Take a place, or learn that there is none."""
        return await self._join(self._wanted, target_id)

    async def give_back(self, target_id: int) -> None:
        """Give a place back."""
        await self._join(self._freed, target_id)

    async def _join(self, waiting: list[tuple[int, asyncio.Future[bool]]], target_id: int) -> bool:
        done = asyncio.get_running_loop().create_future()
        waiting.append((target_id, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return bool(await done)

    async def _run(self) -> None:
        try:
            while self._wanted or self._freed:
                wanted, self._wanted = self._wanted, []
                freed, self._freed = self._freed, []
                granted = await self._execute(
                    Counter(target_id for target_id, _ in wanted),
                    Counter(target_id for target_id, _ in freed),
                )
                for target_id, done in wanted:
                    granted[target_id] -= 1
                    done.set_result(granted[target_id] >= 0)
                for _, done in freed:
                    done.set_result(True)
        finally:
            self._running = None

    async def _execute(self, wanted: Counter[int], freed: Counter[int]) -> Counter[int]:
        ids = sorted(wanted.keys() | freed.keys())
        counts = ids, [wanted[id_] for id_ in ids], [freed[id_] for id_ in ids]
        async with self._pool.connection() as connection:
            cursor = await connection.execute(CLAIM, counts, prepare=True)
            return Counter(dict(await cursor.fetchall()))


@dataclass
class Rows:
    """Call rows, written behind the answers, in the order of a call's life."""

    pool: Pool
    started: list[tuple[str, str, int, datetime]] = field(default_factory=list)
    leg_ended: list[tuple[str, str, datetime]] = field(default_factory=list)
    ended: list[tuple[str, str, int, datetime]] = field(default_factory=list)

    async def write_for_ever(self) -> None:
        """Write what has gathered, a few times a second."""
        while True:
            await asyncio.sleep(ROWS_EVERY_S)
            await self.write()

    async def write(self) -> None:
        """Write what has gathered."""
        gathered = ((STARTED, self.started), (LEG_ENDED, self.leg_ended), (ENDED, self.ended))
        self.started, self.leg_ended, self.ended = [], [], []
        if not any(rows for _, rows in gathered):
            return
        async with self.pool.connection() as connection, connection.transaction():
            for statement, rows in gathered:
                if rows:
                    await connection.execute(statement, [*map(list, zip(*rows, strict=True))])
