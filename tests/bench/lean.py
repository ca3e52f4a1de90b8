"""Yardstick *lean*: one process, written by somebody who measures.

Raw ASGI, the configuration in memory, one HMAC per webhook, psycopg without an ORM.
Claims and releases that arrive while a statement is in flight join the next one, and
their answers wait for it.  Call rows are written behind, many in one statement.

What it saves beside the broker: a crash loses the rows of the last ROWS_EVERY_S, the legs
that were live are known to this process only, and nobody else can read what happened.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from tests.bench.floor import NOTHING, Receive, Scope, Send, body_of, reply

ROWS_EVERY_S = 0.02  # twenty milliseconds of calls in one statement
POOL = 4  # one claims, one writes rows, two spare
CLOSING = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b"<Response><Say>Sorry, nobody can take your call right now.</Say></Response>"
)
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


@dataclass(frozen=True)
class Target:
    id: int
    number: str
    weight: int


class Claims:
    """Places with targets, taken and given back in batches: one statement is in flight at a time."""

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

    async def _join(
        self, waiting: list[tuple[int, asyncio.Future[bool]]], target_id: int
    ) -> bool:
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


class Lean:
    """The app."""

    def __init__(self, database_url: str, base: str, token: str) -> None:
        self._base = base
        self._key = token.encode()
        self._pool: Pool = AsyncConnectionPool(
            database_url, min_size=POOL, max_size=POOL, open=False, kwargs={"autocommit": True}
        )
        self._claims = Claims(self._pool)
        self._rows = Rows(self._pool)
        self._targets: dict[str, list[Target]] = {}
        self._live: dict[str, int] = {}
        self._doors = {"/voice": self._voice, "/action": self._action, "/status": self._status}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the server's own start and stop."""
        if scope["type"] == "lifespan":
            await self._run(receive, send)
            return
        body = await body_of(receive)
        door = self._doors.get(scope["path"])
        if door is None:
            await reply(send, b"", 200 if scope["path"] == "/readyz" else 404)
            return
        form = parse_qsl(body.decode(), keep_blank_values=True)
        if not self._signed(scope, form):
            await reply(send, b"", 403)
            return
        await reply(send, await door(dict(form)))

    def _signed(self, scope: Scope, form: list[tuple[str, str]]) -> bool:
        given = next((v for name, v in scope["headers"] if name == b"x-twilio-signature"), b"")
        text = self._base + scope["path"] + "".join(name + value for name, value in sorted(form))
        wanted = base64.b64encode(hmac.digest(self._key, text.encode(), hashlib.sha1))
        return hmac.compare_digest(given, wanted)

    async def _voice(self, form: dict[str, str]) -> bytes:
        left = list(self._targets.get(form["To"], ()))
        while left:
            target = random.choices(left, [target.weight for target in left])[0]
            if await self._claims.take(target.id):
                break
            left.remove(target)
        else:
            return CLOSING
        sid = form["CallSid"]
        self._live[sid] = target.id
        self._rows.started.append((sid, form["From"], target.id, datetime.now(UTC)))
        return (
            '<?xml version="1.0" encoding="UTF-8"?><Response>'
            '<Dial answerOnBridge="true" timeout="25" timeLimit="7200"'
            f" action={quoteattr(self._base + '/action')}>"
            f"<Number>{escape(target.number)}</Number></Dial></Response>"
        ).encode()

    async def _action(self, form: dict[str, str]) -> bytes:
        sid = form["CallSid"]
        self._rows.leg_ended.append((sid, form["DialCallStatus"], datetime.now(UTC)))
        await self._release(sid)
        return NOTHING

    async def _status(self, form: dict[str, str]) -> bytes:
        sid = form["CallSid"]
        self._rows.ended.append(
            (sid, form["CallStatus"], int(form["CallDuration"]), datetime.now(UTC))
        )
        await self._release(sid)
        return NOTHING

    async def _release(self, sid: str) -> None:
        target_id = self._live.pop(sid, None)
        if target_id is not None:
            await self._claims.give_back(target_id)

    async def _run(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._pool.open(wait=True)
        await self._load()
        writer = asyncio.create_task(self._rows.write_for_ever())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writer.cancel()
        await self._rows.write()
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _load(self) -> None:
        """Read the configuration; numbers of one campaign share their targets."""
        async with self._pool.connection() as connection:
            targets = await connection.execute(
                "SELECT campaign_id, id, number, weight FROM target ORDER BY id"
            )
            by_campaign: dict[int, list[Target]] = {}
            for campaign_id, *target in await targets.fetchall():
                by_campaign.setdefault(campaign_id, []).append(Target(*target))
            numbers = await connection.execute("SELECT number, campaign_id FROM number")
            self._targets = {n: by_campaign[campaign] for n, campaign in await numbers.fetchall()}


def create() -> Lean:
    """Build the app for uvicorn."""
    return Lean(
        os.environ["DATABASE_URL"], os.environ["PUBLIC_BASE_URL"], os.environ["TWILIO_AUTH_TOKEN"]
    )
