"""Restores a backup into an empty database, and says whether it is what was backed up.

Run: DATABASE_URL=postgresql://superuser@… python -m deploy.rehearse_restore RESTORED_URL [FILE]

The backup is made here by pg_dump, of one instant, while services go on; with FILE it is kept,
for it is a backup like any other.  Every table is compared by its rows and their sum, everything
else by its definition (columns, constraints, indexes, triggers, functions) and sequences by where
they stand.  Then, in the restored database, the books are proved, and records, tallies, bookings
and the sums of reports are made anew from the facts and compared with what is there.
Ends with 1 where anything differs.  `PG_BIN` names the folder of PostgreSQL's programs where they
are not on the path.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from deploy.roles import AsAdministrator
from libs.runtime.migrations import migrated_services
from libs.runtime.settings import settings_of_command
from services.tracking.prove import run as prove
from services.tracking.rebuild import run as rebuild

TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2
"""
SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {} AS t"
DEFINITIONS = """
WITH ours AS (SELECT oid, nspname FROM pg_namespace WHERE nspname = ANY(%(schemas)s)),
things AS (SELECT c.oid, c.relkind, n.nspname || '.' || c.relname AS name
           FROM pg_class c JOIN ours n ON n.oid = c.relnamespace)
SELECT 'column ' || name || '.' || attname, format_type(atttypid, atttypmod) || ' ' || attnotnull
       || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM things JOIN pg_attribute ON attrelid = things.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum WHERE relkind IN ('r', 'p', 'v')
UNION ALL SELECT 'constraint ' || name || '.' || conname, pg_get_constraintdef(c.oid)
FROM things JOIN pg_constraint c ON conrelid = things.oid
UNION ALL SELECT 'index ' || name, pg_get_indexdef(oid) FROM things WHERE relkind IN ('i', 'I')
UNION ALL SELECT 'trigger ' || name || '.' || tgname, pg_get_triggerdef(t.oid)
FROM things JOIN pg_trigger t ON tgrelid = things.oid AND NOT tgisinternal
UNION ALL SELECT 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
FROM ours JOIN pg_proc p ON pronamespace = ours.oid
UNION ALL SELECT 'sequence ' || schemaname || '.' || sequencename, coalesce(last_value, 0)::text
FROM pg_sequences WHERE schemaname = ANY(%(schemas)s)
"""


@dataclass(frozen=True)
class Rehearsed:
    """What came of it: `differing` names what is not the same.

    `proved` are the books of what came; `remade` says that its facts come to what it says.
    """

    tables: int
    rows: int
    definitions: int
    differing: tuple[str, ...]
    proved: bool
    remade: bool
    bytes: int
    backup_seconds: float
    restore_seconds: float

    @property
    def well(self) -> bool:
        """Whether this backup would do."""
        return not self.differing and self.proved and self.remade


async def rehearse(source: str, restored: str, file: Path) -> Rehearsed:
    """Back up, restore, compare."""
    return await asyncio.to_thread(_compared, source, restored, file)


def _compared(source: str, restored: str, file: Path) -> Rehearsed:
    began = time.monotonic()
    with psycopg.connect(source) as connection:
        # One instant for the backup and what it is compared with, whatever is written meanwhile.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL statement_timeout = 0")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        _program("pg_dump", "--format=custom", f"--snapshot={row[0]}", f"--file={file}", source)
        backed_up = time.monotonic()
        before, defined = sums_of(connection), definitions_of(connection)
    restoring = time.monotonic()
    _program("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={restored}", str(file))
    over = time.monotonic()
    with psycopg.connect(restored) as connection:
        after, defined_again = sums_of(connection), definitions_of(connection)
    return Rehearsed(
        tables=len(before),
        rows=sum(rows for rows, _ in before.values()),
        definitions=len(defined),
        differing=differing(before, after) + differing(defined, defined_again),
        proved=not asyncio.run(prove(restored)).differences,
        remade=not asyncio.run(rebuild(restored, check=True)).differences,
        bytes=file.stat().st_size,
        backup_seconds=backed_up - began,
        restore_seconds=over - restoring,
    )


Sums = dict[str, tuple[int, object]]


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """The names of what is not the same, or only in one of both."""
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if before.get(name) != after.get(name))


def sums_of(connection: psycopg.Connection) -> Sums:
    """Each table's rows, and a sum over them that knows no order."""
    sums = {}
    for schema, table in connection.execute(TABLES, [migrated_services()]).fetchall():
        row = connection.execute(SQL(SUM).format(Identifier(schema, table))).fetchone()
        assert row is not None
        sums[f"{schema}.{table}"] = (row[0], row[1])
    return sums


def definitions_of(connection: psycopg.Connection) -> dict[str, str]:
    """How everything in our schemas is described."""
    rows = connection.execute(DEFINITIONS, {"schemas": migrated_services()}).fetchall()
    return dict(rows)


def _program(name: str, *arguments: str) -> None:
    folder = os.environ.get("PG_BIN")
    program = str(Path(folder) / name) if folder else name
    subprocess.run([program, *arguments], check=True)  # noqa: S603 - PostgreSQL's own


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def told(done: Rehearsed) -> str:
    """What a person reads."""
    return (
        f"{done.rows} rows, {done.bytes / 1e6:.1f} MB; "
        f"backed up in {done.backup_seconds:.1f} s, restored in {done.restore_seconds:.1f} s\n"
        f"different: {', '.join(done.differing) or 'nothing'} "
        f"(of {done.tables} tables, {done.definitions} definitions)\n"
        f"books proved: {done.proved}; records and reports are what the facts say: {done.remade}"
    )


def main(arguments: list[str]) -> Rehearsed:
    """Rehearse as asked by the command line."""
    source = _plain(settings_of_command(AsAdministrator).database_url)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(arguments[1]) if len(arguments) > 1 else Path(folder) / "backup"
        return asyncio.run(rehearse(source, _plain(arguments[0]), file))


if __name__ == "__main__":
    rehearsed = main(sys.argv[1:])
    print(told(rehearsed))  # noqa: T201 - it is a command
    sys.exit(0 if rehearsed.well else 1)
