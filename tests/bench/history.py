"""Gives the product a past: a few real calls, copied a million times over the last month.

A million calls through the front door would take the day.  Copies differ from their
models in the call's id and in their times, which go back evenly.
"""

import random

import psycopg
from psycopg import sql

from tests.bench.forms import Book
from tests.bench.load import hang_up, rush
from tests.bench.program import Running
from tests.bench.rounds import drained
from tests.bench.scene import Scene

MODELS = 20  # calls that are placed and ended before they are copied
APART = "2 seconds"  # between a copy and the next: a million take a month
KEPT = (
    ("router", "decision"),
    ("router", "leg"),
    ("tracking", "filing"),
    ("tracking", "call"),
    ("tracking", "fact"),
)
"""What stays of a call for ever; all of it is found by its `call_id`."""


def give_history(running: Running, database_url: str, scene: Scene, count: int) -> None:
    """Store so many finished calls, and let the database settle."""
    before = running.counts()
    assert before is not None
    book = Book(running.doors, scene.ordinary, MODELS, random.Random(1))
    tally, on_the_line = rush(running.doors, [book.take() for _ in range(MODELS)])
    hang_up(running.doors, on_the_line, tally)
    drained(running, (tally,), before)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for schema, table in KEPT:
            connection.execute(copying(connection, schema, table), {"copies": count // MODELS})
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def copying(connection: psycopg.Connection, schema: str, table: str) -> sql.Composed:
    """Write the statement that copies a table's rows; sorted, an index is filled in order."""
    columns = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = %s",
        [schema, table],
    ).fetchall()
    return sql.SQL(
        "INSERT INTO {table} ({names}) SELECT {values} FROM {table},"
        " generate_series(1, %(copies)s) AS n ORDER BY 1"
    ).format(
        table=sql.Identifier(schema, table),
        names=sql.SQL(", ").join(sql.Identifier(name) for name, _ in ordered(columns)),
        values=sql.SQL(", ").join(copied(name, type_) for name, type_ in ordered(columns)),
    )


def ordered(columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the call's id first.

    >>> ordered([("at", "date"), ("call_id", "uuid")])
    [('call_id', 'uuid'), ('at', 'date')]
    """
    return sorted(columns, key=lambda column: column[0] != "call_id")


def copied(name: str, type_: str) -> sql.Composed:
    """The value of a column in the n-th copy; the same call gets the same id in every table."""
    column = sql.Identifier(name)
    if name == "call_id":
        return sql.SQL("md5({}::text || n)::uuid").format(column)
    if type_.startswith("timestamp"):
        return sql.SQL("{} - n * {}::interval").format(column, sql.Literal(APART))
    return sql.SQL("{}").format(column)
