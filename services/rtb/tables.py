"""rtb's tables.

A configured thing is kept as its document, secrets sealed.  Composite keys begin with the
account, so that no row can point into another account.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA, JSON, JSONB, UUID
from sqlalchemy.schema import SchemaItem

from libs.runtime.outbox import outbox_table

metadata = MetaData(schema="rtb")

config_version = Sequence("config_version", metadata=metadata)
"""Numbers every edit; edits are taken one at a time, so versions commit in their order."""

EDIT_LOCK = 7_301_002  # the advisory lock that makes edits wait for each other


def _configured(name: str, *more: SchemaItem) -> Table:
    return Table(
        name,
        metadata,
        Column("account_id", UUID(as_uuid=True), nullable=False),
        Column("id", UUID(as_uuid=True), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("retired", Boolean, nullable=False, server_default=false()),
        Column("document", JSONB, nullable=False),
        *more,
        PrimaryKeyConstraint("account_id", "id", name=f"{name}_key"),
        Index(f"{name}_version", "account_id", "version"),
    )


target = _configured("target")
router = _configured("router")
ping_rules = _configured(
    "ping_rules",
    Column("rtb_id", Text, Computed("document->>'rtb_id'", persisted=True)),
    Index("ping_rules_rtb_id", "rtb_id", unique=True, postgresql_where=text("NOT retired")),
)

member = Table(
    "member",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("router_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    ForeignKeyConstraint(
        ["account_id", "router_id"],
        ["rtb.router.account_id", "rtb.router.id"],
        name="member_router_id",
    ),
    ForeignKeyConstraint(
        ["account_id", "target_id"],
        ["rtb.target.account_id", "rtb.target.id"],
        name="member_target_id",
    ),
)

edition = Table(
    "edition",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False),
)
"""The newest version of anything of an account: what it has in memory is as new, or read anew."""

counter = Table(
    "counter",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    Column("live", Integer, nullable=False, server_default="0"),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("hour_count", Integer, nullable=False, server_default="0"),
    Column("day_at", DateTime(timezone=True), nullable=False),
    Column("day_count", Integer, nullable=False, server_default="0"),
    Column("week_at", DateTime(timezone=True), nullable=False),
    Column("week_count", Integer, nullable=False, server_default="0"),
    Column("month_at", DateTime(timezone=True), nullable=False),
    Column("month_count", Integer, nullable=False, server_default="0"),
    Column("total_count", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("live >= 0", name="counter_live"),
)
"""What a bidder has won, in each period, and how many reservations it has now."""

pace = Table(
    "pace",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    Column("minute_at", DateTime(timezone=True), nullable=False),
    Column("requests", Integer, nullable=False),
    Column("most", Integer, nullable=False),
)
"""How often a bidder with a limit has been asked in its latest minute, by all processes."""

auction = Table(
    "auction",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("router_id", UUID(as_uuid=True), nullable=False),
    Column("router_name", Text, nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("reason", Text),
    Column("target_id", UUID(as_uuid=True)),
    Column("target_name", Text, nullable=False),
    Column("price", Numeric(14, 4)),
    Column("currency", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("bids", Integer, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("record", JSON, nullable=False),
    Index("auction_at", "account_id", "at", "id"),
    Index("auction_age", "at"),
    Index("auction_call", "account_id", "call_id", "router_id", "at"),
)
"""An auction that asked bidders, with all that it was decided from; `reason` None: sold."""

bid = Table(
    "bid",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("auction_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("loss", Text),
    Column("amount", Numeric(14, 4)),
    Column("milliseconds", Numeric(10, 2)),
    Column("request", Text),
    Column("response", Text),
    Column("status", Integer),
    Column("late_milliseconds", Numeric(10, 2)),
    Index("bid_target", "account_id", "target_id", "at"),
    Index("bid_age", "at"),
)
"""What became of one bidder in one auction; `loss` None: it won.  Bodies come a moment later."""

outcome = Table(
    "outcome",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("router_id", UUID(as_uuid=True), primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("answer", JSON, nullable=False),
    Index("outcome_at", "at"),
)
"""What a step of a call was answered: asked again, the same is answered."""

reservation = Table(
    "reservation",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("target_id", UUID(as_uuid=True), nullable=False),
    Column("auction_id", UUID(as_uuid=True), nullable=False),
    Column("account_sid", Text, nullable=False),
    Column("call_sid", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("ask_at", DateTime(timezone=True), index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Index("reservation_target", "account_id", "target_id"),
)
"""A place kept with a bidder for one leg.  `ask_at`: when to ask the carrier, unless facts come
first; None once somebody has picked up."""

sale = Table(
    "sale",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("target_id", UUID(as_uuid=True), nullable=False),
    Column("auction_id", UUID(as_uuid=True), nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("caller", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("price", Numeric(14, 4), nullable=False),
    Column("required_seconds", Integer, nullable=False),
    Column("request_id", Text, nullable=False, server_default=""),
    Column("connected_at", DateTime(timezone=True)),
    Column("converted_at", DateTime(timezone=True)),
    Index("sale_caller", "account_id", "caller", "at"),
    Index("sale_target", "account_id", "target_id", "at"),
    Index("sale_request", "account_id", "request_id"),
)
"""A leg that was sold, and what became of it: duplicates and revenue are taken from it."""

ping = Table(
    "ping",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("publisher", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("quote_id", UUID(as_uuid=True)),
    Column("price", Numeric(14, 4)),
    Column("currency", Text, nullable=False),
    Column("code", Integer),
    Column("reason", Text, nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("number", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("auction_id", UUID(as_uuid=True)),
    Column("call_id", UUID(as_uuid=True)),
    Column("milliseconds", Numeric(10, 2), nullable=False),
    Index("ping_at", "account_id", "at", "id"),
    Index("ping_quote", "account_id", "quote_id"),
    Index("ping_age", "at"),
)
"""What a publisher asked, and was told; `code` None: a bid.  `call_id`: who fulfilled it."""

notice = Table(
    "notice",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("auction_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("step", SmallInteger, nullable=False),
    Column("url", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("due_at", DateTime(timezone=True), index=True),
    Column("tries", SmallInteger, nullable=False),
    Column("told_at", DateTime(timezone=True)),
    Column("failure", Text, nullable=False),
    Index("notice_call", "call_id", "step"),
)
"""What a bidder is to be told of a bid.  `due_at` None: told, given up, or not yet to be billed."""

bidder_key = Table(
    "bidder_key",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("company", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", BYTEA, nullable=False, unique=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
"""Keys of outside bidders; the key itself is kept by nobody but its owner."""

nonce = Table(
    "nonce",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("digest", BYTEA, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
)
"""Signatures that have been taken: each once."""

outbox = outbox_table(metadata)
