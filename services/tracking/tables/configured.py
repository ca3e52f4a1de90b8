"""How what an account configures is kept: a document by version, a table for each kind."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.schema import SchemaItem

from libs.runtime.outbox import outbox_table
from services.tracking.tables.metadata import metadata

config_version = Sequence("config_version", metadata=metadata)
"""Numbers every edit; edits are taken one at a time, so versions commit in their order."""

EDIT_LOCK = 7_301_003  # the advisory lock that makes edits wait for each other

outbox = outbox_table(metadata)


def configured(name: str, *more: SchemaItem) -> Table:
    """The table of one kind."""
    return Table(
        name,
        metadata,
        Column("account_id", UUID(as_uuid=True), nullable=False),
        Column("id", UUID(as_uuid=True), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("retired", Boolean, nullable=False, server_default=false()),
        Column("document", JSONB, nullable=False),
        *more,
        PrimaryKeyConstraint("account_id", "id", name=f"{name}_key"),
        Index(f"{name}_version", "version"),
    )
