"""Numbers at the carrier: how they are set up, and those that were ordered."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.router.tables.metadata import metadata

number_setup = Table(
    "number_setup",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("number_id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("account_sid", Text, nullable=False),
    Column("pool_id", UUID(as_uuid=True)),
    Column("campaign_id", UUID(as_uuid=True)),
    Column("revision", BigInteger, nullable=False, server_default="1"),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), nullable=False, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    Column("checked_at", DateTime(timezone=True)),
    Column("repaired", JSONB, nullable=False, server_default="[]"),
)
"""How the carrier's configuration of a number stands, and when it is looked at next.

`revision` counts the edits that made it due: what was found out for an older one is not kept."""

purchase = Table(
    "purchase",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("position", SmallInteger, nullable=False),
    Column("order", JSONB, nullable=False),
    Column("account_sid", Text),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("doubtful", Boolean, nullable=False, server_default=false()),
    Column("failure", Text, nullable=False, server_default=""),
    Column("number_id", UUID(as_uuid=True)),
    Index("purchase_at", "account_id", "at", "id"),
    Index("purchase_ordered", "number", unique=True, postgresql_where=text("state = 'ordered'")),
)
"""A number that was ordered, from before the carrier heard of it.  `account_sid` is the carrier
account that has it, from when it is bought until it is given back; `doubtful`: an answer got
lost, so that it may be bought."""
