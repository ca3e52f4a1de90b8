"""Under which period each call is filed: all rows of a call are in one partition, for good."""

from sqlalchemy import Column, Date, DateTime, Index, Table
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.metadata import metadata

filing_period = Table(
    "filing_period",
    metadata,
    Column("begins", Date, primary_key=True),
    Column("ends", Date, nullable=False),
    Column("counted_until", DateTime(timezone=True)),
)
"""The periods that have partitions; `counted_until` is set when these are gone: sums of times
before it can no longer be made anew."""

filing = Table(
    "filing",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("filed_on", Date, nullable=False),
    Index("filing_filed_on", "filed_on"),
)
"""`filed_on` is the beginning of the period in which the call was first heard of."""

FILED = "RANGE (filed_on)"
"""How a table of calls' rows is partitioned: it has a column `filed_on` in its primary key."""
