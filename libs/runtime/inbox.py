"""An idempotent inbox: a table whose key is what a message says, so that twice is once.

The stream's own deduplication forgets after two minutes; this never does.  A
consumer's table is its inbox when its primary key is the fact's natural key.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection


async def remember(
    connection: AsyncConnection, inbox: Table, rows: Sequence[dict[str, Any]]
) -> set[tuple[Any, ...]]:
    """Insert rows in the caller's transaction; give the keys of those not seen before."""
    if not rows:
        return set()
    key = tuple(inbox.primary_key.columns)
    statement = insert(inbox).values(list(rows)).on_conflict_do_nothing().returning(*key)
    return {tuple(row) for row in await connection.execute(statement)}
