"""The one Alembic environment: a schema and a history for each service.

Each service's `migrations/env.py` says `migrate(metadata)`.  Migrations run with
the old code still serving, so each must work with it.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, inspect, make_url, text

from libs.runtime.settings import WithDatabase, of_service, settings_of_command

LOCK_TIMEOUT_MS = 4_000  # a migration that would stall live calls fails instead
PARTITION = re.compile(r"_\d{4}_\d{2}$")
"""A table named for a month is a partition: its service makes and drops it as time goes by."""

SERVICES_FOLDER = Path(__file__).parents[2] / "services"


def migrate(metadata: MetaData) -> None:
    """Bring one service's schema to head; concurrent runs wait their turn."""
    schema = metadata.schema
    if schema is None:
        raise ValueError("a service's metadata names its schema")
    engine = create_engine(context.config.attributes["url"])
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:s))"), {"s": schema})
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}"))
        if not inspect(connection).has_schema(schema):  # a role that owns it may not make one
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        context.configure(
            connection=connection,
            target_metadata=metadata,
            version_table_schema=schema,
            include_schemas=True,
            include_name=lambda name, kind, _: _is_described(name, kind, schema),
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _is_described(name: str | None, kind: str, schema: str) -> bool:
    """Whether the code's tables say what this is, so that the two can be compared."""
    if kind == "schema":
        return name == schema
    return not (kind == "table" and name is not None and PARTITION.search(name))


def config_of(service: str, url: str) -> Config:
    """Alembic's configuration of one service."""
    config = Config()
    config.set_main_option("script_location", str(SERVICES_FOLDER / service / "migrations"))
    config.attributes["url"] = make_url(url).set(drivername="postgresql+psycopg")
    return config


def migrate_all(url: str, services: Sequence[str]) -> None:
    """Bring the schemas of these services to head."""
    for service in services:
        command.upgrade(config_of(service, url), "head")


def migrated_services() -> list[str]:
    """The services that own tables."""
    return sorted(folder.parent.name for folder in SERVICES_FOLDER.glob("*/migrations"))


def url_of(service: str) -> str:
    """Where a service's schema is, as the service itself is told: each may have its own role."""

    class Settings(WithDatabase):
        model_config = of_service(service)

    return settings_of_command(Settings).database_url


if __name__ == "__main__":
    for service in sys.argv[1:] or migrated_services():
        migrate_all(url_of(service), [service])
