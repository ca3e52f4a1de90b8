"""Reconciliations, and the gaps that each found."""

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.tracking.tables.metadata import metadata

reconciliation = Table(
    "reconciliation",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("account_sid", Text),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("listed", Integer, nullable=False, server_default="0"),
    Column("gaps", JSONB, nullable=False),
    Column("said", Integer, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("account_id", "id", name="reconciliation_key"),
    Index("reconciliation_listed", "account_id", "began_at"),
    Index("reconciliation_began", "began_at"),
)

difference = Table(
    "difference",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("reconciliation_id", UUID(as_uuid=True), nullable=False),
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("gap", Text, nullable=False),
    Column("call_sid", Text, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("ours", Text, nullable=False),
    PrimaryKeyConstraint(
        "account_id", "reconciliation_id", "call_id", "gap", name="difference_key"
    ),
    ForeignKeyConstraint(
        ["account_id", "reconciliation_id"],
        ["tracking.reconciliation.account_id", "tracking.reconciliation.id"],
        name="difference_reconciliation_id",
        ondelete="CASCADE",
    ),
)

compared = Table(
    "compared",
    metadata,
    Column("carrier", Text, primary_key=True),
    Column("until", DateTime(timezone=True), nullable=False),
)
"""Up to when each carrier account's list has been compared by the hour."""
