"""Yardstick *lean*: one process, written by somebody who measures.

Raw ASGI, the configuration in memory, one HMAC per webhook, psycopg without an ORM.
Claims and releases that arrive while a statement is in flight join the next one, and
their answers wait for it.  Call rows are written behind, many in one statement.

What it saves beside the broker: a crash loses the rows of its last 20 ms, the legs
that were live are known to this process only, and nobody else can read what happened.
"""

import asyncio
import base64
import hashlib
import hmac
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape, quoteattr

from psycopg_pool import AsyncConnectionPool

from tests.bench.floor import NOTHING, Receive, Scope, Send, body_of, reply
from tests.bench.lean_store import Claims, Pool, Rows

POOL = 4  # one claims, one writes rows, two spare
CLOSING = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b"<Response><Say>Sorry, nobody can take your call right now.</Say></Response>"
)


@dataclass(frozen=True)
class Target:
    id: int
    number: str
    weight: int


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
            await reply(send, b"ready", 200 if scope["path"] == "/readyz" else 404)
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
