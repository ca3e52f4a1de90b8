"""One service's PostgreSQL: Core transactions for edits and lists, psycopg for the hot path.

Tables are described once, in SQLAlchemy Core.  A hot statement is compiled from
that description once (`Statement`) and then run, prepared, on a pooled psycopg
connection, where Core's own execution would cost several times the statement.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection as CoreConnection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.sql import Executable

from libs.runtime.settings import WithDatabase
from libs.runtime.telemetry import span

POOL_SIZE_MAX = 8  # a service's busy statements are grouped; more connections only wait
CONNECT_WAIT_SECONDS = 2.0  # a caller waits: better a clear no than a long maybe
STATEMENT_TIMEOUT_MS = 10_000  # nothing a service asks may run longer
PROBE_SECONDS = 1.0
SESSION = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC"
HOT = {"prepare_threshold": 1, "options": f"{SESSION} -c plan_cache_mode=force_generic_plan"}
"""Compiled statements take arrays, whose contents change no plan: planning each anew took longer
than running it."""

NOT_NOW = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, TimeoutError, OSError)
"""Faults that pass by themselves: the database is away, busy, or chose us to give way."""


def is_not_now(fault: BaseException) -> bool:
    """Whether to try the same again later; SQLAlchemy's wrapping is looked through."""
    if isinstance(fault, DBAPIError):
        return isinstance(fault.orig, NOT_NOW)
    return isinstance(fault, NOT_NOW)


_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Statement:
    """A Core statement compiled once for psycopg; parameters are given by name.

    They travel in PostgreSQL's binary form: long arrays cost less than half of their text.
    """

    _dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]

    def __init__(self, statement: Executable, name: str) -> None:
        compiled = statement.compile(dialect=self._dialect)  # type: ignore[attr-defined]
        self.sql = _PLACEHOLDER.sub(r"%(\1)b", str(compiled))
        self.name = name
        self._fixed = {
            name: value
            for name, value in compiled.params.items()
            if not compiled.binds[name].required
        }

    async def run(self, connection: AsyncConnection[Any], **parameters: Any) -> list[Any]:
        """Run it; give its rows, empty where it returns none."""
        with span(f"sql {self.name}"):
            cursor = await connection.execute(self.sql, {**self._fixed, **parameters})
            return await cursor.fetchall() if cursor.description else []


class Database:
    """Connections of one service, or of one part of it that must not use up all the others'."""

    def __init__(
        self, url: str, application_name: str, most: int = POOL_SIZE_MAX, *, pooler: bool = False
    ) -> None:
        """`pooler`: one that lends connections for single transactions stands before the server.

        It knows no session: statements are not prepared, and limits are those of the role.
        """
        bare = make_url(url).set(drivername="postgresql")
        self._pool = AsyncConnectionPool(
            bare.render_as_string(hide_password=False),
            min_size=1,
            max_size=most,
            timeout=CONNECT_WAIT_SECONDS,
            open=False,
            reconnect_timeout=0,
            kwargs={
                "application_name": application_name,
                "autocommit": True,
                "row_factory": tuple_row,
                "connect_timeout": int(CONNECT_WAIT_SECONDS),
                **({"prepare_threshold": None} if pooler else HOT),
            },
        )
        self._engine = create_async_engine(
            bare.set(drivername="postgresql+psycopg"),
            pool_size=most,
            pool_timeout=CONNECT_WAIT_SECONDS,
            pool_pre_ping=True,
            connect_args={
                "application_name": application_name,
                "connect_timeout": int(CONNECT_WAIT_SECONDS),
                **({"prepare_threshold": None} if pooler else {"options": SESSION}),
            },
        )

    @classmethod
    def of(cls, settings: WithDatabase, name: str, most: int = POOL_SIZE_MAX) -> "Database":
        """The connections of a service that was told so."""
        return cls(settings.database_url, name, most, pooler=settings.database_pooler)

    async def open(self) -> None:
        """Begin to connect; a database that is away is found out by `probe`, not here."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give all connections back."""
        await self._pool.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[CoreConnection]:
        """All or nothing, in SQLAlchemy Core."""
        async with self._engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def hot(self) -> AsyncIterator[AsyncConnection[Any]]:
        """A bare autocommit connection for compiled statements."""
        async with self._pool.connection() as connection:
            yield connection

    async def probe(self) -> bool:
        """Whether the database answers now."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self.hot() as connection:
                await connection.execute("SELECT 1")
        except NOT_NOW:
            await self._pool.check()
            return False
        return True
