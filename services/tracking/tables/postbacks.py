"""Keys by which partners post conversions, and what they posted."""

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
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.configured import configured
from services.tracking.tables.metadata import metadata

postback_key = configured("postback_key")

postback = Table(
    "postback",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("postback_key_id", UUID(as_uuid=True)),
    Column("call_id", UUID(as_uuid=True)),
    Column("conversion_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("amount", Numeric(14, 4)),
    Column("amount_currency", CHAR(3)),
    Column("payout", Numeric(14, 4)),
    Column("payout_currency", CHAR(3)),
    Column("address", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "id"),
    Index("postback_at", "account_id", "at", "id"),
    Index(
        "postback_conversion",
        "account_id",
        "conversion_id",
        unique=True,
        postgresql_where=text("outcome = 'kept' AND conversion_id <> ''"),
    ),
)
"""A conversion's id is kept once: the index says so, whatever races."""
