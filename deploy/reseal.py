"""Seals all that is sealed in the database anew, with the first line of SESSION_SECRET.

Run: DATABASE_URL=postgresql://superuser@… SESSION_SECRET=… python -m deploy.reseal

Services may run meanwhile, told the same secrets.  What none of the secrets opens is counted.
Afterwards nothing needs the secret that was replaced but addresses that partners have.
"""

import re
import sys
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from deploy.roles import AsAdministrator
from libs.runtime.seal import CannotOpen, Seal
from libs.runtime.settings import WithSecret, settings_of_command

PURPOSES = {
    "router": "carrier tokens",
    "rtb": "bidders' secrets",
    "tracking": "partners' secrets",
    "console": "second factors",
}
"""What each service seals for, by its schema."""
SEALED = re.compile(r"gAAAAA[A-Za-z0-9_-]{90,}={0,2}")  # how what Fernet sealed begins
COLUMNS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN pg_class t ON t.oid = format('%%I.%%I', c.table_schema, c.table_name)::regclass
WHERE t.relkind = 'r' AND c.table_schema = %s AND c.data_type IN ('text', 'json', 'jsonb')
ORDER BY 1, 2
"""


@dataclass
class Resealed:
    """How many secrets were sealed anew, and how many no secret of ours opens."""

    anew: int = 0
    lost: int = 0


class Settings(AsAdministrator, WithSecret):
    """What this command is told."""


def reseal(url: str, secret: str) -> Resealed:
    """All or nothing; asked again, nothing is left to do."""
    found = Resealed()
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        for schema, purpose in PURPOSES.items():
            for table, column, kind in connection.execute(COLUMNS, [schema]).fetchall():
                where = Identifier(schema, table)
                _reseal_column(
                    connection, where, Identifier(column), kind, Seal(secret, purpose), found
                )
    return found


def _reseal_column(  # noqa: PLR0917 - a place, a key, and what was found
    connection: psycopg.Connection,
    table: Identifier,
    column: Identifier,
    kind: str,
    seal: Seal,
    found: Resealed,
) -> None:
    look = SQL("SELECT ctid, {0}::text FROM {1} WHERE {0}::text LIKE '%gAAAAA%' FOR UPDATE")

    def again(match: re.Match[str]) -> str:
        renewed = seal.renewed(match[0])
        if renewed is not None:
            found.anew += 1
        elif not _opens(seal, match[0]):
            found.lost += 1
        return renewed or match[0]

    for place, text in connection.execute(look.format(column, table)).fetchall():
        changed = SEALED.sub(again, text)
        if changed != text:
            change = SQL("UPDATE {} SET {} = CAST(%s AS {}) WHERE ctid = %s")
            connection.execute(change.format(table, column, SQL(kind)), [changed, place])


def _opens(seal: Seal, sealed: str) -> bool:
    try:
        seal.open(sealed)
    except CannotOpen:
        return False
    return True


def main() -> Resealed:
    """Reseal as the environment says."""
    settings = settings_of_command(Settings)
    url = make_url(settings.database_url).set(drivername="postgresql")
    secret = settings.session_secret.get_secret_value()
    return reseal(url.render_as_string(hide_password=False), secret)


if __name__ == "__main__":
    resealed = main()
    told = f"{resealed.anew} secrets were sealed anew; {resealed.lost} cannot be opened"
    print(told)  # noqa: T201 - it is a command
    sys.exit(1 if resealed.lost else 0)
