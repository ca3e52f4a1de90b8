"""An idempotent inbox: a table whose key is what a message says, so that twice is once.

The stream's own deduplication forgets after two minutes; this never does.  A
consumer's table is its inbox when its primary key is the fact's natural key.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from psycopg import AsyncConnection
from sqlalchemy import Column, FromClause, Table, Text, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import bindparam
from sqlalchemy.types import JSON

from libs.runtime.database import Statement
from libs.runtime.given import given, read, written


async def remember(
    connection: AsyncConnection[Any], inbox: Table, rows: Sequence[Mapping[str, Any]]
) -> set[tuple[Any, ...]]:
    """Insert rows in the caller's transaction; give the keys of those not seen before.

    Of rows with one key the first is kept.  JSON is given as text.
    """
    key = [column.name for column in inbox.primary_key]
    # In the order of their keys, so that two consumers wait for each other and never in a circle.
    ordered = sorted(rows, key=lambda row: [row[name] for name in key])
    return set(await _insert_of(inbox).run(connection, rows=written(ordered)))


def unnested(*columns: Column[Any]) -> FromClause:
    """Rows from one array parameter a column, each named as its column.

    Multi-row VALUES is compiled anew for each number of rows; this once for ever.
    """
    arrays = [bindparam(each.name, type_=ARRAY(_sent_as(each))) for each in columns]
    names = [column(each.name, _sent_as(each)) for each in columns]
    return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def read_from(given: FromClause, *columns: Column[Any]) -> list[Any]:
    """The columns of unnested rows, in the types of the table's own."""
    return [
        cast(given.c[each.name], each.type) if isinstance(each.type, JSON) else given.c[each.name]
        for each in columns
    ]


def _sent_as(target: Column[Any]) -> Any:
    """Whole JSON documents travel as text, for whoever gave them has written them already."""
    return Text() if isinstance(target.type, JSON) else target.type


@cache
def _insert_of(inbox: Table) -> Statement:
    columns = tuple(inbox.columns)
    rows = given("rows", *columns)
    statement = (
        insert(inbox)
        .from_select([each.name for each in columns], select(*(read(rows, one) for one in columns)))
        .on_conflict_do_nothing()
        .returning(*inbox.primary_key.columns)
    )
    return Statement(statement, f"{inbox.name}.remember")
