"""Each service's role at PostgreSQL owns its own schema, migrates it, and sees nobody else's."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url

from deploy.roles import first_statements, separate
from libs.runtime.migrations import migrate_all, migrated_services
from tests.kit.postgres import Databases

SERVICES = migrated_services()


def urls_on(administrator: str) -> dict[str, str]:
    """Each service's own login; `_` at the end, for other tests' databases share the roles."""
    return {
        service: make_url(administrator)
        .set(username=f"{service}_", password=f"its-{service}")
        .render_as_string(hide_password=False)
        for service in SERVICES
    }


@pytest.fixture(scope="module")
def urls(database_templates: object) -> Iterator[dict[str, str]]:
    """A database that one role migrated, as before there were roles, then made apart."""
    databases = Databases(database_templates)  # type: ignore[arg-type]
    administrator = databases.fresh()
    urls = urls_on(administrator)
    for _ in range(2):  # as often as you like
        separate(administrator, urls)
    yield urls
    databases.drop()


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_uses_and_migrates_its_own_schema(urls: dict[str, str], service: str) -> None:
    migrate_all(urls[service], [service])
    with psycopg.connect(urls[service]) as connection:
        tables = connection.execute(
            "SELECT tablename, tableowner FROM pg_tables WHERE schemaname = %s", [service]
        ).fetchall()
        assert {owner for _, owner in tables} == {f"{service}_"}
        for table, _ in tables:
            connection.execute(f"SELECT count(*) FROM {service}.{table}")
        connection.execute(f"CREATE TABLE {service}.later (id int)")
        connection.execute(f"DROP TABLE {service}.later")


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_sees_nothing_of_the_others(urls: dict[str, str], service: str) -> None:
    with psycopg.connect(urls[service], autocommit=True) as connection:
        for other in set(SERVICES) - {service}:
            for statement in (
                f"SELECT count(*) FROM {other}.outbox",
                f"DELETE FROM {other}.outbox",
                f"CREATE TABLE {other}.mine (id int)",
                f"DROP SCHEMA {other} CASCADE",
            ):
                with pytest.raises(InsufficientPrivilege):
                    connection.execute(statement)
        for statement in ("CREATE SCHEMA mine", "CREATE ROLE mine", "CREATE TABLE public.mine ()"):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(statement)


def test_a_roles_sessions_have_its_limits_whoever_lends_them(urls: dict[str, str]) -> None:
    with psycopg.connect(urls["router"]) as connection:
        shown = connection.execute("SELECT current_setting('statement_timeout')").fetchone()
        assert shown == ("10s",)


def test_an_empty_database_is_made_by_the_roles_alone(databases: Databases) -> None:
    administrator = databases.empty()
    urls = urls_on(administrator)
    separate(administrator, urls)
    migrate_all(urls["flows"], ["flows"])


def test_an_operator_of_databases_can_make_it_by_statements(databases: Databases) -> None:
    url = make_url(databases.empty())
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for statement in first_statements(str(url.database)):
            connection.execute(statement)
        connection.execute("ALTER ROLE flows PASSWORD 'its own'")
    migrate_all(
        url.set(username="flows", password="its own").render_as_string(hide_password=False),
        ["flows"],
    )
