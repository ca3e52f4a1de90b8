"""Agents at work."""

from sqlalchemy import Column, DateTime, Index, Integer, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.router.tables.metadata import metadata

agent_state = Table(
    "agent_state",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("agent_id", UUID(as_uuid=True), primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
)
"""The state that an agent is in, once she has been in any but offline."""

agent_state_log = Table(
    "agent_state_log",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("agent_id", UUID(as_uuid=True), primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", JSONB, nullable=False),
)
"""Every state that an agent was put into: it lasted until the next."""

agent_call = Table(
    "agent_call",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("agent_id", UUID(as_uuid=True), nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("offered_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("became", Text, nullable=False, server_default="unknown"),
    Column("talk_seconds", Integer, nullable=False, server_default="0"),
    Column("wrap_up_until", DateTime(timezone=True)),
    Column("wrapped_at", DateTime(timezone=True)),
    Column("disposition", Text, nullable=False, server_default=""),
    Column("notes", Text, nullable=False, server_default=""),
    Column("rating", SmallInteger),
    Index("agent_call_agent", "account_id", "agent_id", "offered_at"),
    Index(
        "agent_call_wrapping",
        "account_id",
        "agent_id",
        postgresql_where=text("wrapped_at IS NULL AND wrap_up_until IS NOT NULL"),
    ),
)
"""A call that was offered to an agent: from the end of its hold, or since something was said of it.
Until `wrapped_at`, or else `wrap_up_until`, she is offered no other."""
