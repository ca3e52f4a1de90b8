"""Whether accounts want to know how calls sounded, and of which the carrier is still asked."""

from sqlalchemy import Column, DateTime, Index, Integer, PrimaryKeyConstraint, Table
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.configured import configured
from services.tracking.tables.metadata import metadata

quality_rule = configured("quality_rule")
"""At most one for each account, whose id is the account's."""

call_quality = Table(
    "call_quality",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("ask_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("account_id", "call_id"),
    Index("call_quality_ask", "ask_at"),
)
"""A row from the end of a call until its quality is a fact; while an account's rule is off its rows
wait.  Before `ask_at` the carrier is not asked (again)."""
