"""PostgreSQL for tests: a server per worker, a database per test.

A database is cloned from a template that was migrated once (21 ms) and dropped afterwards (11 ms):
real commits, no truncation, nothing shared. Clone one only for a test that writes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Protocol

import psycopg
import pytest

from deploy.local.servers import PostgresServer
from deploy.local.servers.postgres import NOT_DURABLE
from tests.kit.engine import containers_at_hand, postgres_container, server_folder

CONTAINER_READY_WITHIN_S = 60.0  # the image's first start makes a cluster


class Postgres(Protocol):
    """A server on which we are superuser."""

    def url_of(self, database: str) -> str: ...


class Templates:
    """Migrated databases to clone from, one per set of services, made when first asked for."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._numbers = count()
        self._names: dict[tuple[str, ...], str] = {}

    def name_for(self, services: tuple[str, ...]) -> str:
        if services not in self._names:
            name = f"migrated_{next(self._numbers)}"
            self.administer(f"CREATE DATABASE {name}")
            migrate(self._server.url_of(name), services)
            self._names[services] = name
        return self._names[services]

    def clone(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        # Copying files is twice as fast as writing them to the log where fsync is off.
        self.administer(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def url_of(self, database: str) -> str:
        return self._server.url_of(database)

    def administer(self, statement: str) -> None:
        with psycopg.connect(self._server.url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class Databases:
    """The databases of one test."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._names: list[str] = []

    def fresh(self, *services: str) -> str:
        """Return the URL of a new database with these services' schemas, by default all."""
        wanted = tuple(sorted(services)) or all_services()
        return self._clone(self._templates.name_for(wanted))

    def empty(self) -> str:
        """Return the URL of a new database without any schema of ours."""
        return self._clone("template0")

    def drop(self) -> None:
        for name in self._names:
            self._templates.administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _clone(self, template: str) -> str:
        name = self._templates.clone(template)
        self._names.append(name)
        return self._templates.url_of(name)


def migrate(url: str, services: tuple[str, ...]) -> None:
    from libs.runtime.migrations import migrate_all  # one second, for tests with a database only

    migrate_all(url, services)


def all_services() -> tuple[str, ...]:
    from libs.runtime.migrations import migrated_services  # see above

    return tuple(migrated_services())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    if containers_at_hand():
        with postgres_container(NOT_DURABLE) as container:
            wait_until_it_answers(container)
            yield container
        return
    server = PostgresServer(server_folder(), durable=False)
    try:
        server.start()
        yield server
    finally:
        server.discard()


def wait_until_it_answers(server: Postgres) -> None:
    give_up_at = time.monotonic() + CONTAINER_READY_WITHIN_S
    while True:
        try:
            psycopg.connect(server.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.1)
        else:
            return


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A server for all tests of this worker; who wants to kill one takes `own_postgres`."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def database_templates(postgres_server: Postgres) -> Templates:
    return Templates(postgres_server)


@pytest.fixture
def databases(database_templates: Templates) -> Iterator[Databases]:
    """Makes as many databases as a test wants."""
    made = Databases(database_templates)
    yield made
    made.drop()


@pytest.fixture
def database_url(databases: Databases) -> str:
    """A database of the test's own with all services' schemas."""
    return databases.fresh()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """The test's own running server, which it may stop, kill and start; nothing is migrated."""
    server = PostgresServer(server_folder(), durable=False)
    try:
        server.start()
        yield server
    finally:
        server.discard()
