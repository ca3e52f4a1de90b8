"""Every fact as it was published, and one row a call that they fold to."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.tracking.tables.filing import FILED
from services.tracking.tables.metadata import metadata

# JSON and not JSONB: documents are kept to the letter as they were heard, and only read whole.
fact = Table(
    "fact",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("filed_on", Date, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("account_id", UUID(as_uuid=True)),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("payload", JSON, nullable=False),
    postgresql_partition_by=FILED,
)
"""The key is the fact's natural key, for `filed_on` follows from the call: the table is its
own inbox."""

call = Table(
    "call",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("filed_on", Date, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("listed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("campaign_id", UUID(as_uuid=True)),
    Column("buyer_id", UUID(as_uuid=True)),
    Column("caller", Text),
    Column("status", Text),
    Column("sub_status", Text),
    Column("hung_up_by", Text),
    Column("duplicate", Boolean),
    Column("ring_seconds", Integer),
    Column("talk_seconds", Integer),
    Column("told", JSON, nullable=False),
    CheckConstraint(
        "state IN ('ringing', 'connected', 'completed', 'no_answer', 'closed', 'abandoned')",
        name="call_state",
    ),
    Index("call_listed", "account_id", "listed_at", "call_id"),
    Index("call_state_listed", "account_id", "state", "listed_at", "call_id"),
    Index(
        "call_campaign_listed",
        "account_id",
        "campaign_id",
        "listed_at",
        "call_id",
        postgresql_where=text("campaign_id IS NOT NULL"),
    ),
    Index(
        "call_buyer_listed",
        "account_id",
        "buyer_id",
        "listed_at",
        "call_id",
        postgresql_where=text("buyer_id IS NOT NULL"),
    ),
    Index(
        "call_status_listed",
        "account_id",
        "status",
        "listed_at",
        "call_id",
        postgresql_where=text("status IS NOT NULL"),
    ),
    Index("call_caller_listed", "account_id", "caller", "listed_at", "call_id"),
    postgresql_partition_by=FILED,
)
"""`told` is what the record is read from; the columns beside it are for filters and order: up to
the status each with an index in which a page of a list is one range."""
