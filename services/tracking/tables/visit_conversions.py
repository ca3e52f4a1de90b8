"""Conversions without a call, with what had brought the visitor."""

from sqlalchemy import (
    CHAR,
    Column,
    DateTime,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.tracking.tables.metadata import metadata

visit_conversion = Table(
    "visit_conversion",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("visit_id", UUID(as_uuid=True), nullable=False),
    Column("visitor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("amount", Numeric(14, 4)),
    Column("currency", CHAR(3)),
    Column("external_id", Text, nullable=False),
    Column("tag_id", UUID(as_uuid=True), nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("publisher_id", UUID(as_uuid=True)),
    Column("origin", JSONB, nullable=False),
    Column("tags", JSONB, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    Index("visit_conversion_at", "account_id", "at", "id"),
    Index("visit_conversion_visit", "account_id", "visit_id"),
    Index(
        "visit_conversion_external",
        "account_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id <> ''"),
    ),
)
