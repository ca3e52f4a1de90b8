"""A copy of what the router knows of pools and numbers, and the leases of pools' numbers."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Text, false, text
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.metadata import metadata

followed = Table(
    "followed",
    metadata,
    Column("what", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""Up to which version of another service's words a copy has come."""

pool = Table(
    "pool",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True)),
    Column("campaign_name", Text, nullable=False),
    Column("retired", Boolean, nullable=False, server_default=false()),
)

number = Table(
    "number",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("pool_id", UUID(as_uuid=True)),
    Column("campaign_id", UUID(as_uuid=True)),
    Column("campaign_name", Text, nullable=False),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Index("number_number", "number", unique=True, postgresql_where=text("NOT withdrawn")),
    Index("number_pool", "account_id", "pool_id"),
)

line = Table(
    "line",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("number_id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("pool_id", UUID(as_uuid=True)),
    Column("free_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
    Column("sticky_until", DateTime(timezone=True)),
    Column("visitor", Text),
    Column("visit_id", UUID(as_uuid=True)),
    Index("line_free", "account_id", "pool_id", "free_at"),
    Index(
        "line_visitor",
        "account_id",
        "pool_id",
        "visitor",
        unique=True,
        postgresql_where=text("visitor IS NOT NULL AND pool_id IS NOT NULL"),
    ),
    postgresql_with={"fillfactor": "70"},
)
"""A number of a pool with its last lease; `pool_id` is NULL once it has left its pool: it is
leased to nobody new, and what it was leased for goes on.  One visitor has one of a pool."""

lease_rate = Table(
    "lease_rate",
    metadata,
    Column("key", Text, primary_key=True),
    Column("minute", DateTime(timezone=True), primary_key=True),
    Column("count", BigInteger, nullable=False),
    prefixes=["UNLOGGED"],
)
"""New leases of a minute by tag and household; a crash may forget them."""
