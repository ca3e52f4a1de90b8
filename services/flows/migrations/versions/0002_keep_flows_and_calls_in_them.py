"""Flows and their published versions; calls in them, turn by turn; counts; answers that serve again."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON, JSONB, UUID

revision: str = "0002"
down_revision: str | None = "0001"

S = "flows"


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, UUID(as_uuid=True), nullable=False)


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _int(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """All of it is new."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("edit_version", schema=S)))
    op.create_table(
        "flow",
        _id("account_id"),
        _id("id"),
        sa.Column("version", sa.BigInteger, nullable=False),
        _text("name"),
        _text("state"),
        sa.Column("published", sa.Integer),
        sa.Column("newest", sa.Integer, nullable=False, server_default="0"),
        sa.Column("document", JSON, nullable=False),
        _at("changed_at"),
        sa.Column("retired", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("account_id", "id", name="flow_key"),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'paused', 'archived')", name="flow_state"
        ),
        schema=S,
    )
    op.create_table(
        "flow_version",
        _id("account_id"),
        _id("flow_id"),
        _int("version"),
        sa.Column("document", JSON, nullable=False),
        sa.Column("sub_flows", JSON, nullable=False),
        _text("note"),
        _text("published_by"),
        _at("published_at"),
        sa.PrimaryKeyConstraint("account_id", "flow_id", "version", name="flow_version_key"),
        sa.ForeignKeyConstraint(
            ["account_id", "flow_id"],
            ["flows.flow.account_id", "flows.flow.id"],
            name="flow_version_flow",
        ),
        schema=S,
    )
    op.create_table(
        "session",
        sa.Column("call_id", UUID(as_uuid=True), primary_key=True),
        _id("account_id"),
        _id("flow_id"),
        _int("step"),
        sa.Column("state", JSON, nullable=False),
        _at("changed_at"),
        _at("finished_at", nullable=True),
        schema=S,
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("session_changed", "session", ["changed_at"], schema=S)
    op.create_table(
        "turn",
        _id("call_id"),
        _int("after"),
        _id("account_id"),
        sa.Column("outcome", JSON, nullable=False),
        sa.Column("heard", JSON),
        sa.Column("answers", JSON, nullable=False),
        _at("at"),
        sa.PrimaryKeyConstraint("call_id", "after", name="turn_key"),
        schema=S,
    )
    op.create_index("turn_at", "turn", ["at"], schema=S)
    _walks()
    _counts()


def _walks() -> None:
    op.create_table(
        "walked",
        _id("call_id"),
        _int("after"),
        _int("at_place"),
        _id("account_id"),
        _id("flow_id"),
        _int("version"),
        *(_text(name) for name in ("node", "type", "port", "heard", "note")),
        sa.Column("tags", JSON, nullable=False),
        _at("entered_at"),
        _at("left_at"),
        sa.PrimaryKeyConstraint("call_id", "after", "at_place", name="walked_key"),
        schema=S,
    )
    op.create_index("walked_flow", "walked", ["account_id", "flow_id", "left_at"], schema=S)
    op.create_index("walked_left", "walked", ["left_at"], schema=S)


def _counts() -> None:
    op.create_table(
        "traffic",
        _id("account_id"),
        _id("flow_id"),
        _text("node"),
        _text("port"),
        _at("hour_at"),
        _int("calls"),
        _int("conversations"),
        sa.PrimaryKeyConstraint(
            "account_id", "flow_id", "node", "port", "hour_at", name="traffic_key"
        ),
        schema=S,
    )
    op.create_index("traffic_hour", "traffic", ["hour_at"], schema=S)
    op.create_table(
        "rotation",
        _id("account_id"),
        _id("flow_id"),
        _text("node"),
        _at("since"),
        sa.Column("turns", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "flow_id", "node", name="rotation_key"),
        schema=S,
    )
    op.create_table(
        "branch_taken",
        _id("account_id"),
        _id("flow_id"),
        *(_text(name) for name in ("node", "caller", "branch")),
        _at("at"),
        sa.PrimaryKeyConstraint(
            "account_id", "flow_id", "node", "caller", name="branch_taken_key"
        ),
        schema=S,
    )
    op.create_index("branch_taken_at", "branch_taken", ["at"], schema=S)
    op.create_table(
        "fetched",
        _id("account_id"),
        _text("digest"),
        _int("status"),
        _text("body"),
        _at("expires_at"),
        sa.PrimaryKeyConstraint("account_id", "digest", name="fetched_key"),
        schema=S,
    )
    op.create_index("fetched_expires", "fetched", ["expires_at"], schema=S)
    op.create_table(
        "outbox",
        sa.Column("id", UUID(as_uuid=True), primary_key=True),
        _text("subject"),
        _text("payload"),
        sa.Column("headers", JSONB, nullable=False),
        _at("created_at"),
        schema=S,
    )
    op.create_index(
        op.f("ix_flows_outbox_created_at"), "outbox", ["created_at"], schema=S
    )
