"""Recordings that the carrier still has, and how long accounts keep theirs."""

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.tracking.tables.configured import configured
from services.tracking.tables.metadata import metadata

recording_rule = configured("recording_rule")
"""At most one for each account, whose id is the account's."""

recording = Table(
    "recording",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("recording_sid", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("account_sid", Text, nullable=False),
    Column("listed_at", DateTime(timezone=True), nullable=False),
    Column("try_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("transcribe_at", DateTime(timezone=True)),
    Column("transcribe_tries", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("account_id", "call_id", "recording_sid"),
    Index("recording_listed", "account_id", "listed_at"),
    Index(
        "recording_transcribe", "transcribe_at", postgresql_where=text("transcribe_at IS NOT NULL")
    ),
)
"""A row goes when the recording is deleted; it outlives its call, whose time is `listed_at`.
Before `try_at` the carrier is not asked again to delete it.  `transcribe_at`: when it is asked next
whether it has been written down; null: nobody wants that, or it is over."""
