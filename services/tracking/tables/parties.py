"""Who has a part in which call: by this a buyer's or publisher's calls are found."""

from sqlalchemy import Column, Date, DateTime, Index, PrimaryKeyConstraint, Table, Text
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.filing import FILED
from services.tracking.tables.metadata import metadata

party_call = Table(
    "party_call",
    metadata,
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("party", Text, nullable=False),
    Column("party_id", UUID(as_uuid=True), nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("listed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("call_id", "filed_on", "party", "party_id"),
    Index("party_call_listed", "account_id", "party", "party_id", "listed_at", "call_id"),
    postgresql_partition_by=FILED,
)
"""A call has a row for each buyer to whom it was dialled, and one for the publisher who sent it."""
