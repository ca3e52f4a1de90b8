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
from sqlalchemy import MetaData, create_engine, make_url, text

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
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
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


if __name__ == "__main__":
    import os

    migrate_all(os.environ["DATABASE_URL"], sys.argv[1:] or migrated_services())
