"""Pings: what publishers asked and were told, signatures that were taken, and rates."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId, CallId, QuoteId
from libs.contracts.pinging import ListPings
from libs.runtime.database import Database, Statement
from libs.runtime.given import given, read, written
from services.rtb.store.claiming import MAY_ASK
from services.rtb.tables import nonce, ping

NONCES_KEPT = timedelta(seconds=660)  # a signature holds 300 s to both sides of our clock
PINGS_KEPT = timedelta(days=30)
SWEEP_MAX = 10_000  # rows forgotten in one round

_PINGS = given("pings", *ping.columns)
_KEEP = Statement(
    upsert(ping)
    .from_select(
        [each.name for each in ping.columns], select(*(read(_PINGS, each) for each in ping.columns))
    )
    .on_conflict_do_nothing(),
    "ping.keep",
)
_TAKE = Statement(
    upsert(nonce)
    .values(
        account_id=bindparam("account_id", type_=UUID_TYPE(as_uuid=True)),
        digest=bindparam("digest", type_=BYTEA()),
        at=func.now(),
    )
    .on_conflict_do_nothing()
    .returning(nonce.c.at),
    "nonce.take",
)
_FULFILLED = given("fulfilled", ping.c.account_id, ping.c.quote_id, ping.c.call_id)
_FULFIL = Statement(
    update(ping)
    .values(call_id=_FULFILLED.c.call_id)
    .where(ping.c.account_id == _FULFILLED.c.account_id, ping.c.quote_id == _FULFILLED.c.quote_id),
    "ping.fulfil",
)

Fulfilment = tuple[AccountId, QuoteId, CallId]


class Pings:
    """What is kept of pings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Keep one ping with its answer."""
        async with self._database.hot() as connection:
            await _KEEP.run(connection, pings=written([row]))

    async def is_new(self, account_id: AccountId, digest: bytes) -> bool:
        """Take a signature; False where it was taken before."""
        async with self._database.hot() as connection:
            return bool(await _TAKE.run(connection, account_id=account_id, digest=digest))

    async def may_ping(self, account_id: AccountId, limits: Mapping[UUID, int]) -> frozenset[UUID]:
        """Count a request under each limit of so many a minute; give those that had room."""
        paces = [{"target_id": scope, "most": most} for scope, most in limits.items()]
        async with self._database.hot() as connection:
            rows = await MAY_ASK.run(connection, account_id=account_id, paces=written(paces))
        return frozenset(row[0] for row in rows)

    async def fulfil(self, fulfilled: Sequence[Fulfilment]) -> None:
        """Note which calls have come for pings."""
        if not fulfilled:
            return
        rows = written(
            {"account_id": account_id, "quote_id": quote_id, "call_id": call_id}
            for account_id, quote_id, call_id in fulfilled
        )
        async with self._database.hot() as connection:
            await _FULFIL.run(connection, fulfilled=rows)

    async def page(self, asked: ListPings) -> Sequence[Row[Any]]:
        """Pings, the newest first; one more than asked for tells that there are more."""
        statement = (
            select(ping)
            .where(ping.c.account_id == asked.account_id)
            .order_by(ping.c.at.desc(), ping.c.id.desc())
            .limit(asked.limit + 1)
        )
        same = {
            ping.c.campaign_id: asked.campaign_id,
            ping.c.publisher: asked.publisher,
            ping.c.call_id: asked.call_id,
        }
        for column, value in same.items():
            if value is not None:
                statement = statement.where(column == value)
        if asked.since is not None:
            statement = statement.where(ping.c.at >= asked.since)
        if asked.until is not None:
            statement = statement.where(ping.c.at < asked.until)
        if asked.accepted is not None:
            statement = statement.where(ping.c.code.is_(None) == asked.accepted)
        if asked.cursor is not None:
            at, _, id_ = asked.cursor.partition("/")
            place = (datetime.fromisoformat(at), UUID(id_))
            statement = statement.where(tuple_(ping.c.at, ping.c.id) < place)
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).all()

    async def sweep(self) -> None:
        """Forget signatures that hold no more, and pings that are long over."""
        old = (
            select(ping.c.account_id, ping.c.id)
            .where(ping.c.at < func.now() - PINGS_KEPT)
            .limit(SWEEP_MAX)
            .subquery()
        )
        async with self._database.transaction() as connection:
            await connection.execute(delete(nonce).where(nonce.c.at < func.now() - NONCES_KEPT))
            await connection.execute(
                delete(ping).where(ping.c.account_id == old.c.account_id, ping.c.id == old.c.id)
            )
