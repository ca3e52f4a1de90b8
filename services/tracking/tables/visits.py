"""Visits, and which visit each call belongs to."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.tracking.tables.metadata import metadata

visit = Table(
    "visit",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("tag_id", UUID(as_uuid=True), nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("publisher_id", UUID(as_uuid=True)),
    Column("visitor", Text, nullable=False),
    Column("showing", Text, nullable=False),
    Column("number_id", UUID(as_uuid=True)),
    Column("number", Text),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("landing", Text, nullable=False),
    Column("referrer", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("came_from", Text, nullable=False, server_default=""),
    Column("tags", JSONB, nullable=False),
    CheckConstraint("showing IN ('leased', 'static', 'shared', 'page')", name="visit_showing"),
    Index("visit_began", "account_id", "began_at", "id"),
    Index("visit_visitor", "account_id", "visitor", "began_at"),
    Index("visit_age", "began_at", postgresql_using="brin"),
    Index(
        "visit_number",
        "account_id",
        "number",
        "began_at",
        postgresql_where=text("showing = 'leased'"),
    ),
)
"""`until` is when the visit's number was free to rest; `source` tells what brought it apart,
`came_from` names it (a traffic source).  By their age visits are only forgotten."""

attribution = Table(
    "attribution",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("visit_id", UUID(as_uuid=True)),
    Column("answered", Integer, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("attribution_kept", "kept_at"),
    Index(
        "attribution_visit",
        "account_id",
        "visit_id",
        postgresql_where=text("visit_id IS NOT NULL"),
    ),
)
"""`answered` is 1 where the router was told so while the call came in: that outweighs what was
found later (0); -1 where it had asked and was told nothing, and nothing is found yet."""
