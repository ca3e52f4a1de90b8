"""How often things are done, counted for all replicas; and requests that must happen once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Text, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId
from libs.runtime.database import Database, Statement
from services.console.tables import idempotent, tally

REMEMBERED = timedelta(hours=24)  # how long an answer is given again
UNDER_WAY_MAX = timedelta(minutes=2)  # a request that takes longer has died with its process

_NOW = bindparam("window_at", type_=DateTime(timezone=True))
_COUNT = Statement(
    insert(tally)
    .values(key=bindparam("key", type_=Text()), window_at=_NOW, count=1)
    .on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((tally.c.window_at < _NOW, 1), else_=tally.c.count + 1),
            "window_at": func.greatest(tally.c.window_at, _NOW),
        },
    )
    .returning(tally.c.count),
    "tally.count",
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A request that came before by the same key; `status` None: it is still under way."""

    fingerprint: bytes
    status: int | None
    answer: bytes | None


class Limits:
    """Counts by key and window."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, key: str, window_at: datetime) -> int:
        """Count one more in a window; give how many there are."""
        async with self._database.hot() as connection:
            rows = await _COUNT.run(connection, key=key, window_at=window_at)
        count: int = rows[0][0]
        return count

    async def take_back(self, key: str, window_at: datetime) -> None:
        """Count one less in a window, after all."""
        statement = (
            update(tally)
            .where(tally.c.key == key, tally.c.window_at == window_at)
            .values(count=tally.c.count - 1)
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement)

    async def claim(
        self, account_id: AccountId, key: str, fingerprint: bytes, now: datetime
    ) -> Earlier | None:
        """Take a key for a request; give the earlier request that has it."""
        these = (idempotent.c.account_id == account_id) & (idempotent.c.key == key)
        taken = {"fingerprint": fingerprint, "status": None, "answer": None, "at": now}
        died = idempotent.c.status.is_(None) & (idempotent.c.at < now - UNDER_WAY_MAX)
        statement = (
            insert(idempotent)
            .values(account_id=account_id, key=key, **taken)
            .on_conflict_do_update(
                index_elements=["account_id", "key"],
                set_=taken,
                where=died | (idempotent.c.at < now - REMEMBERED),
            )
            .returning(idempotent.c.key)
        )
        async with self._database.transaction() as connection:
            if (await connection.execute(statement)).first() is not None:
                return None
            row = (
                await connection.execute(
                    select(
                        idempotent.c.fingerprint, idempotent.c.status, idempotent.c.answer
                    ).where(these)
                )
            ).one()
        return Earlier(*row)

    async def settle(self, account_id: AccountId, key: str, status: int, answer: bytes) -> None:
        """Keep what was answered, as it is given: sealed."""
        these = (idempotent.c.account_id == account_id) & (idempotent.c.key == key)
        async with self._database.transaction() as connection:
            await connection.execute(
                update(idempotent).where(these).values(status=status, answer=answer)
            )

    async def release(self, account_id: AccountId, key: str) -> None:
        """Nothing came of it: the same request may be tried again."""
        these = (idempotent.c.account_id == account_id) & (idempotent.c.key == key)
        async with self._database.transaction() as connection:
            await connection.execute(delete(idempotent).where(these))

    async def sweep(self, now: datetime) -> None:
        """Forget what is over."""
        async with self._database.transaction() as connection:
            await connection.execute(delete(tally).where(tally.c.window_at < now - REMEMBERED))
            await connection.execute(delete(idempotent).where(idempotent.c.at < now - REMEMBERED))
