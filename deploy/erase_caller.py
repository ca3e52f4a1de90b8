"""Takes a caller's number out of all that an account has kept of her.

Run: DATABASE_URL=postgresql://superuser@… python -m deploy.erase_caller +12125550123 --account ID

Everywhere (records, raw facts, decisions, histories, bids, the audit log) another number stands
in its place afterwards, one that nobody can have and that nobody can lead back: calls, sums and
books stay as they are, and what is made anew from facts agrees.  Streams forget within 14 days.
"""

import argparse
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import make_url

from deploy.roles import AsAdministrator
from libs.contracts.phone import parse_phone
from libs.runtime.migrations import migrated_services
from libs.runtime.settings import settings_of_command

NOBODYS = "999"  # a country code that no country has
DRAWN_DIGITS = 12
NORTH_AMERICA = "1"  # its numbers are written without a country code, too
COLUMNS = """
SELECT c.table_schema, c.table_name, c.column_name,
       CASE WHEN c.data_type = 'ARRAY' THEN 'text[]' ELSE c.data_type END, k.is_nullable = 'YES'
FROM information_schema.columns c
JOIN information_schema.columns k ON k.table_schema = c.table_schema
    AND k.table_name = c.table_name AND k.column_name = 'account_id'
JOIN pg_class t ON t.oid = format('%%I.%%I', c.table_schema, c.table_name)::regclass
WHERE t.relkind = 'r' AND c.table_schema = ANY(%s)
  AND (c.data_type IN ('text', 'json', 'jsonb', 'character varying') OR c.udt_name = '_text')
  AND c.is_generated = 'NEVER'
ORDER BY 1, 2, 3
"""
OF_THE_ACCOUNT = "account_id = {0}"
OF_ITS_CALLS = """(account_id = {0} OR account_id IS NULL
    AND call_id IN (SELECT call_id FROM tracking.call WHERE account_id = {0}))"""
"""The carrier's first word of a call does not know yet whose it is."""


@dataclass(frozen=True)
class Erased:
    """Where her number was, and how many rows had it."""

    rows: dict[str, int]
    instead: str


def erase(url: str, account_id: UUID, number: str) -> Erased:
    """All or nothing; asked again, nothing is found."""
    digits = parse_phone(number)[1:]
    drawn = NOBODYS + "".join(secrets.choice("0123456789") for _ in range(DRAWN_DIGITS))
    rows: dict[str, int] = {}
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        # The books refuse every change; who called is no figure of theirs, and has to go.
        connection.execute("SET LOCAL session_replication_role = replica")
        for table, statement in _statements(connection, account_id, digits, drawn):
            found = connection.execute(statement).rowcount
            if found:
                rows[table] = found
    return Erased(rows, f"+{drawn}")


def _statements(
    connection: psycopg.Connection, account_id: UUID, digits: str, drawn: str
) -> Iterator[tuple[str, Composed]]:
    tables: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for schema, table, column, kind, early in connection.execute(COLUMNS, [migrated_services()]):
        whose = OF_ITS_CALLS if early else OF_THE_ACCOUNT
        tables.setdefault((schema, table, whose), []).append((column, kind))
    pattern = Literal(_pattern(digits))
    for (schema, table, whose), columns in tables.items():
        changes, tests = [], []
        for column, kind in columns:
            name = Identifier(column)
            changed = SQL("{0} = regexp_replace({0}::text, {1}, {2}, 'g')::" + kind)
            changes.append(changed.format(name, pattern, Literal(drawn)))
            tests.append(SQL("{}::text ~ {}").format(name, pattern))
        yield (
            f"{schema}.{table}",
            SQL("UPDATE {} SET {} WHERE {} AND ({})").format(
                Identifier(schema, table),
                SQL(", ").join(changes),
                SQL(whose).format(Literal(account_id)),
                SQL(" OR ").join(tests),
            ),
        )


def _pattern(digits: str) -> str:
    """Her digits where no other digit stands beside them, with the country code or as at home.

    >>> _pattern("12125550123")
    '(?<![0-9])1?2125550123(?![0-9])'
    """
    written = f"1?{digits[1:]}" if digits.startswith(NORTH_AMERICA) else digits
    return f"(?<![0-9]){written}(?![0-9])"


def told(erased: Erased) -> str:
    """What a person reads."""
    lines = [f"{rows:8} {table}" for table, rows in erased.rows.items()]
    last = f"instead of it stands {erased.instead}" if lines else "it was nowhere"
    return "\n".join([*lines, last])


def main(arguments: list[str]) -> Erased:
    """Erase as asked by the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.erase_caller", description=__doc__)
    parser.add_argument("number", help="the caller's, in E.164")
    parser.add_argument("--account", required=True, type=UUID, help="whose caller she is")
    asked = parser.parse_args(arguments)
    url = make_url(settings_of_command(AsAdministrator).database_url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return erase(plain, asked.account, asked.number)


if __name__ == "__main__":
    print(told(main(sys.argv[1:])))  # noqa: T201 - it is a command
