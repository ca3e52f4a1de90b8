"""Rows as one JSON parameter: any number of them, in a statement that is compiled once.

A parameter for each column would be cheaper for the database and dearer for us, who are busier.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import JSON, Column, FromClause, Text, cast, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import bindparam, column


def given(name: str, *columns: Column[Any]) -> FromClause:
    """The rows in the parameter `name`, with these columns in the table's own types."""
    text = cast(bindparam(name, type_=Text()), JSON)
    names = [column(each.name, _sent_as(each)) for each in columns]
    return (func.json_to_recordset(text).table_valued(*names, name=f"given_{name}")).render_derived(
        with_types=True
    )


def written(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as such a parameter; amounts travel as texts, which lose nothing."""
    return orjson.dumps(list(rows), default=str).decode()


def read(rows: FromClause, target: Column[Any]) -> Any:
    """One column of the rows, in the table's own type."""
    value = rows.c[target.name]
    return cast(value, target.type) if _is_document(target) else value


def _sent_as(target: Column[Any]) -> Any:
    """Whole documents travel as texts, or PostgreSQL would refuse an escaped zero in them."""
    return Text() if _is_document(target) else target.type


def _is_document(target: Column[Any]) -> bool:
    return isinstance(target.type, JSON) and not isinstance(target.type, JSONB)
