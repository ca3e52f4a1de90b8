"""Gives each service that owns tables its own role, who can see no other service's.

Run as the database's superuser, before the migrations, as often as you like:
DATABASE_URL=… ROUTER_DATABASE_URL=… python -m deploy.roles

A service's address says its role's name and password; the role owns the service's schema and
what is in it, also what another role made there before.
"""

from collections.abc import Iterator

import psycopg
from psycopg.sql import SQL, Identifier, Literal
from pydantic_settings import BaseSettings
from sqlalchemy import make_url

from libs.runtime.database import STATEMENT_TIMEOUT_MS
from libs.runtime.migrations import migrated_services, url_of
from libs.runtime.settings import WithDatabase, of_service, settings_of_command

DATABASE = "callcenter"
KINDS = {"r": "TABLE", "p": "TABLE", "v": "VIEW", "m": "MATERIALIZED VIEW", "S": "SEQUENCE"}
THEIRS = """
SELECT c.relkind::text, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relkind = ANY(%s) AND pg_get_userbyid(c.relowner) <> %s
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')
                  AND c.relkind = 'S')
ORDER BY c.relname
"""
"""What another role owns in a schema; a sequence that belongs to a column goes with its table."""


class AsAdministrator(WithDatabase, BaseSettings):
    """The superuser's address, by the name that services share."""

    model_config = of_service("administrator")


def separate(administrator_url: str, urls: dict[str, str]) -> None:
    """Make or mend the roles; `urls` are the services' own addresses, by service."""
    with psycopg.connect(_plain(administrator_url)) as connection:
        database = Identifier(connection.info.dbname)
        connection.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for service, url in urls.items():
            _own(connection, database, service, url)


def first_statements(database: str = DATABASE) -> Iterator[str]:
    """The same for a database that is being made where roles get their passwords otherwise."""
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    for service in migrated_services():
        yield f"CREATE ROLE {service} LOGIN"
        yield f"ALTER ROLE {service} SET statement_timeout = {STATEMENT_TIMEOUT_MS}"
        yield f"ALTER ROLE {service} SET timezone = 'UTC'"
        yield f"GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {service}"
        yield f"CREATE SCHEMA {service} AUTHORIZATION {service}"


def _own(connection: psycopg.Connection, database: Identifier, service: str, url: str) -> None:
    address = make_url(url)
    assert address.username is not None, f"the address of {service} names no role"
    role, schema = Identifier(address.username), Identifier(service)
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [address.username])
    make = "CREATE" if known.fetchone() is None else "ALTER"
    password = Literal(address.password)
    for statement in (
        SQL(make + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            role, password
        ),
        SQL("ALTER ROLE {} SET statement_timeout = {}").format(role, STATEMENT_TIMEOUT_MS),
        SQL("ALTER ROLE {} SET timezone = 'UTC'").format(role),
        SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(database, role),
        SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema),
        SQL("ALTER SCHEMA {} OWNER TO {}").format(schema, role),
        SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC").format(schema),
    ):
        connection.execute(statement)
    theirs = connection.execute(THEIRS, [service, list(KINDS), address.username]).fetchall()
    for kind, name in theirs:
        what = SQL("ALTER " + KINDS[kind] + " {}.{} OWNER TO {}")
        connection.execute(what.format(schema, Identifier(name), role))
    functions = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = %s::regnamespace"
    for (signature,) in connection.execute(functions, [service]).fetchall():
        connection.execute(SQL("ALTER ROUTINE " + signature + " OWNER TO {}").format(role))


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    separate(
        settings_of_command(AsAdministrator).database_url,
        {service: url_of(service) for service in migrated_services()},
    )
