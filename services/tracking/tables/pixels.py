"""Pixels, and their firings: each a delivery that is told until it is taken."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from services.tracking.tables.configured import configured
from services.tracking.tables.metadata import metadata

pixel = configured(
    "pixel",
    Column(
        "host",
        Text,
        Computed("lower(substring(document->>'url' from '^https?://([^/?]+)'))", persisted=True),
        nullable=False,
    ),
)

delivery = Table(
    "delivery",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("pixel_id", UUID(as_uuid=True)),
    Column("report_id", UUID(as_uuid=True)),
    Column("call_id", UUID(as_uuid=True)),
    Column("point", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    Column("tries_before", SmallInteger, nullable=False, server_default="0"),
    Column("said", Text, nullable=False, server_default=""),
    Column("told", JSON),
    Column("request_sealed", Text),
    PrimaryKeyConstraint("account_id", "id", name="delivery_key"),
    CheckConstraint("state IN ('waiting', 'delivered', 'dead', 'skipped')", name="delivery_state"),
    Index(
        "delivery_due",
        "account_id",
        "host",
        "due_at",
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index("delivery_listed", "account_id", "made_at", "id"),
    Index("delivery_pixel", "account_id", "pixel_id", "state", "made_at", "id"),
    Index("delivery_call", "account_id", "call_id"),
    Index(
        "delivery_report",
        "account_id",
        "report_id",
        "made_at",
        "id",
        postgresql_where=text("report_id IS NOT NULL"),
    ),
    Index("delivery_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
)
"""The id is a function of pixel, call, point and part: fired twice is fired once.

`told` is what macros stood for at the first try, so that all tries say the same.  `due_at` None:
nothing is left to do.  `tries_before`: those made before somebody had it sent again.  What a
flow asks for has no pixel, but the whole request, sealed.  What tells a saved report has no call:
its body is what `told` has.
"""

attempt = Table(
    "attempt",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("delivery_id", UUID(as_uuid=True), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("request", JSON, nullable=False),
    Column("answer", JSON, nullable=False),
    PrimaryKeyConstraint("account_id", "delivery_id", "number", name="attempt_key"),
)
"""The log of every try, without secrets."""

partner = Table(
    "partner",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("host", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("spared_until", DateTime(timezone=True)),
    PrimaryKeyConstraint("account_id", "host", name="partner_key"),
)
"""A host that an account's pixels lead to: how often it failed in a row, and until when it is
spared.  One account's broken address spares no other account's."""
