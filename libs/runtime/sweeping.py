"""Going through every text that a service keeps, in steps which are short transactions.

A list of the columns that hold this or that would be one column short some day.  So all are
read; a step goes through some blocks of a table, and says where the next one goes on.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import AsyncConnection, sql
from psycopg.sql import SQL, Composed, Identifier

from libs.runtime.database import Database

BLOCKS = 128  # a megabyte of a table, its long values beside: some tenths of a second
STEP_SECONDS = 1.0  # then whoever asked is told how far it is

COLUMNS = """
SELECT t.relname, a.attname, format_type(a.atttypid, NULL),
       (SELECT CASE WHEN w.attnotnull THEN 'always' ELSE 'later' END FROM pg_attribute w
        WHERE w.attrelid = t.oid AND w.attname = 'account_id' AND NOT w.attisdropped),
       pg_relation_size(t.oid) / current_setting('block_size')::int
FROM pg_class t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE t.relnamespace = to_regnamespace(%s) AND t.relkind = 'r' AND a.attgenerated = ''
  AND format_type(a.atttypid, NULL) IN ('text', 'json', 'jsonb', 'character varying', 'text[]')
ORDER BY t.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Texts:
    """A table with its columns of text, each with its type.

    `owned`: whether rows say whose they are; `later`: some do not say so yet.
    """

    schema: str
    table: str
    columns: tuple[tuple[str, str], ...]
    owned: Literal["always", "later"] | None
    blocks: int

    @property
    def name(self) -> Identifier:
        """The table as statements name it."""
        return Identifier(self.schema, self.table)


@dataclass(frozen=True, slots=True)
class Part:
    """Some blocks of a table."""

    texts: Texts
    first: int

    @property
    def where(self) -> Composed:
        """The rows that lie there."""
        first, after = (sql.Literal(f"({at},0)") for at in (self.first, self.first + BLOCKS))
        return SQL("t.ctid >= {}::tid AND t.ctid < {}::tid").format(first, after)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a step has found, by table, and where to go on; None: that was all."""

    found: dict[str, int]
    at: str | None


Work = Callable[[AsyncConnection[Any], Part], Awaitable[int]]
"""What is done to a part, in a transaction; gives how much it had found there."""


async def sweep(database: Database, schema: str, at: str, work: Work) -> Swept:
    """Go on from a place (empty: from the beginning) for about a second."""
    found: dict[str, int] = {}
    over_at, begun = time.monotonic() + STEP_SECONDS, False
    async with database.hot() as connection:
        async for part in _parts(connection, schema, at):
            if begun and time.monotonic() > over_at:
                return Swept(found, f"{part.texts.table}:{part.first}")
            begun = True
            async with connection.transaction():
                rows = await work(connection, part)
            if rows:
                found[part.texts.table] = found.get(part.texts.table, 0) + rows
    return Swept(found, None)


async def _parts(connection: AsyncConnection[Any], schema: str, at: str) -> AsyncIterator[Part]:
    name, _, block = at.partition(":")
    for texts in await _tables(connection, schema):
        if texts.table >= name:
            begin = int(block) if texts.table == name else 0
            for first in range(begin, texts.blocks, BLOCKS):
                yield Part(texts, first)


async def _tables(connection: AsyncConnection[Any], schema: str) -> list[Texts]:
    cursor = await connection.execute(COLUMNS, [schema], prepare=False)
    tables: dict[tuple[str, Literal["always", "later"] | None, int], list[tuple[str, str]]] = {}
    for table, column, kind, owned, blocks in await cursor.fetchall():
        tables.setdefault((table, owned, blocks), []).append((column, kind))
    return [
        Texts(schema, table, tuple(columns), owned, blocks)
        for (table, owned, blocks), columns in tables.items()
    ]
