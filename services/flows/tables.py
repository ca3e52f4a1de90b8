"""The tables of flows: flows and their published versions; calls in them, turn by turn; counts."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, UUID

from libs.runtime.outbox import outbox_table

metadata = MetaData(schema="flows")

edit_version = Sequence("edit_version", metadata=metadata)
"""Numbers every edit."""

flow = Table(
    "flow",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", UUID(as_uuid=True), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("published", Integer),
    Column("newest", Integer, nullable=False, server_default="0"),
    Column("document", JSON, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("retired", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("account_id", "id", name="flow_key"),
    CheckConstraint("state IN ('draft', 'published', 'paused', 'archived')", name="flow_state"),
)
"""A flow's draft, and which published version callers get.  JSON: kept to the letter."""

flow_version = Table(
    "flow_version",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", JSON, nullable=False),
    Column("sub_flows", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account_id", "flow_id", "version", name="flow_version_key"),
    ForeignKeyConstraint(
        ["account_id", "flow_id"],
        ["flows.flow.account_id", "flows.flow.id"],
        name="flow_version_flow",
    ),
)
"""What was published is never changed.  `sub_flows`: the version of each flow that it calls."""

session = Table(
    "session",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("step", Integer, nullable=False),
    Column("state", JSON, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Index("session_changed", "changed_at"),
    Index("session_open", "changed_at", postgresql_where=text("finished_at IS NULL")),
    postgresql_with={"fillfactor": "70"},
)

turn = Table(
    "turn",
    metadata,
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("after", Integer, nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("heard", JSON),
    Column("answers", JSON, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("call_id", "after", name="turn_key"),
    Index("turn_at", "at"),
)
"""What was heard after each step, what the world answered within the turn, and our answer: a turn
that is delivered twice is answered the same, and a call can be walked again."""

walked = Table(
    "walked",
    metadata,
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("after", Integer, nullable=False),
    Column("at_place", Integer, nullable=False),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("version", Integer, nullable=False),
    Column("node", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("port", Text, nullable=False),
    Column("heard", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("left_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("call_id", "after", "at_place", name="walked_key"),
    Index("walked_flow", "account_id", "flow_id", "left_at"),
    Index("walked_left", "left_at"),
)
"""The execution log: every node that a call has left."""

traffic = Table(
    "traffic",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("node", Text, nullable=False),
    Column("port", Text, nullable=False),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("calls", Integer, nullable=False),
    Column("conversations", Integer, nullable=False),
    PrimaryKeyConstraint("account_id", "flow_id", "node", "port", "hour_at", name="traffic_key"),
    Index("traffic_hour", "hour_at"),
)
"""How many calls left a node by a port in each hour; of a splitter's, how many came to talk."""

rotation = Table(
    "rotation",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("node", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("turns", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "flow_id", "node", name="rotation_key"),
)
"""How often a node was come to since its present stretch began: all replicas count together."""

branch_taken = Table(
    "branch_taken",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("flow_id", UUID(as_uuid=True), nullable=False),
    Column("node", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("branch", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account_id", "flow_id", "node", "caller", name="branch_taken_key"),
    Index("branch_taken_at", "at"),
)
"""Which branch a caller took, where a splitter is to send her the same way again."""

fetched = Table(
    "fetched",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("digest", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("account_id", "digest", name="fetched_key"),
    Index("fetched_expires", "expires_at"),
)
"""Answers of others that serve again for a while."""

outbox = outbox_table(metadata)
