"""Agents at work."""

from sqlalchemy import Column, DateTime, Table, Text
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
