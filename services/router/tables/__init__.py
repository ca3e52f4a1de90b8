"""The router's tables.

A configured thing is kept as its document; the columns beside it exist for
constraints and look-ups.  Composite foreign keys begin with the account, so that
no row can point into another account.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Sequence,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, UUID
from sqlalchemy.schema import SchemaItem

from libs.runtime.outbox import outbox_table
from services.router.tables.agents import agent_call as agent_call
from services.router.tables.agents import agent_state as agent_state
from services.router.tables.agents import agent_state_log as agent_state_log
from services.router.tables.metadata import metadata as metadata
from services.router.tables.numbers import number_setup as number_setup
from services.router.tables.numbers import purchase as purchase

config_version = Sequence("config_version", metadata=metadata)
"""Numbers every edit; edits are taken one at a time, so versions commit in their order."""

EDIT_LOCK = 7_301_001  # the advisory lock that makes edits wait for each other


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
        Index(f"{name}_version", "version"),
    )


campaign = _configured(
    "campaign",
    Column("rtb_id", Text),
    Index("campaign_rtb_id", "rtb_id", unique=True),
)
defaults = _configured("defaults")
buyer = _configured("buyer")
target = _configured(
    "target",
    Column("buyer_id", UUID(as_uuid=True), nullable=False),
    Column("person_id", UUID(as_uuid=True)),
    ForeignKeyConstraint(
        ["account_id", "buyer_id"],
        ["router.buyer.account_id", "router.buyer.id"],
        name="target_buyer_id",
    ),
    Index(
        "target_person_id",
        "account_id",
        "person_id",
        unique=True,
        postgresql_where=text("NOT retired"),
    ),
)
"""`person_id`: who signs in as it, where it is an agent."""
pool = _configured(
    "pool",
    Column("name", Text, nullable=False, server_default=""),
    Column("campaign_id", UUID(as_uuid=True)),
    ForeignKeyConstraint(
        ["account_id", "campaign_id"],
        ["router.campaign.account_id", "router.campaign.id"],
        name="pool_campaign_id",
    ),
    Index("pool_name", "account_id", "name", unique=True, postgresql_where=text("NOT retired")),
    Index("pool_campaign", "account_id", "campaign_id"),
)
group = _configured(
    "group",
    Column("parent_id", UUID(as_uuid=True)),
    ForeignKeyConstraint(
        ["account_id", "parent_id"],
        ["router.group.account_id", "router.group.id"],
        name="group_parent_id",
    ),
)
member = Table(
    "member",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("group_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    ForeignKeyConstraint(
        ["account_id", "group_id"],
        ["router.group.account_id", "router.group.id"],
        name="member_group_id",
    ),
    ForeignKeyConstraint(
        ["account_id", "target_id"],
        ["router.target.account_id", "router.target.id"],
        name="member_target_id",
    ),
)
number = _configured(
    "number",
    Column("number", Text, nullable=False),
    Column("campaign_id", UUID(as_uuid=True)),
    Column("pool_id", UUID(as_uuid=True)),
    ForeignKeyConstraint(
        ["account_id", "campaign_id"],
        ["router.campaign.account_id", "router.campaign.id"],
        name="number_campaign_id",
    ),
    ForeignKeyConstraint(
        ["account_id", "pool_id"],
        ["router.pool.account_id", "router.pool.id"],
        name="number_pool_id",
    ),
    CheckConstraint("campaign_id IS NULL OR pool_id IS NULL", name="number_has_one_place"),
    Index("number_number", "number", unique=True, postgresql_where=text("NOT retired")),
    Index("number_campaign", "account_id", "campaign_id"),
    Index("number_pool", "account_id", "pool_id"),
)
assignment = Table(
    "assignment",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True), primary_key=True),
    Column("entry_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True)),
    Column("group_id", UUID(as_uuid=True)),
    Column("rtb_router_id", UUID(as_uuid=True), index=True),
    ForeignKeyConstraint(
        ["account_id", "campaign_id"],
        ["router.campaign.account_id", "router.campaign.id"],
        name="assignment_campaign_id",
    ),
    ForeignKeyConstraint(
        ["account_id", "target_id"],
        ["router.target.account_id", "router.target.id"],
        name="assignment_target_id",
    ),
    ForeignKeyConstraint(
        ["account_id", "group_id"],
        ["router.group.account_id", "router.group.id"],
        name="assignment_group_id",
    ),
    CheckConstraint(
        "num_nonnulls(target_id, group_id, rtb_router_id) = 1", name="assignment_one_thing"
    ),
)
"""An entry of a campaign's plan; `entry_id` is also the scope of its own counters."""

carrier = Table(
    "carrier",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("retired", Boolean, nullable=False, server_default=false()),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("account_id", "id", name="carrier_key"),
    Index("carrier_version", "version"),
    Index("carrier_account_sid", "id", unique=True, postgresql_where=text("NOT retired")),
)

publisher = Table(
    "publisher",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("document", JSONB(none_as_null=True)),
    Column("payout_capped", JSONB, nullable=False, server_default="[]"),
    Index("publisher_version", "version"),
)
"""A copy of what tracking keeps, by its versions; `document` None: taken out of use."""

counter = Table(
    "counter",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("scope_id", UUID(as_uuid=True), primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("live", Integer, nullable=False, server_default="0"),
    Column("possible", Numeric(14, 4), nullable=False, server_default="0"),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("hour_count", Numeric(14, 4), nullable=False, server_default="0"),
    Column("day_at", DateTime(timezone=True), nullable=False),
    Column("day_count", Numeric(14, 4), nullable=False, server_default="0"),
    Column("week_at", DateTime(timezone=True), nullable=False),
    Column("week_count", Numeric(14, 4), nullable=False, server_default="0"),
    Column("month_at", DateTime(timezone=True), nullable=False),
    Column("month_count", Numeric(14, 4), nullable=False, server_default="0"),
    Column("total_count", Numeric(14, 4), nullable=False, server_default="0"),
    Column("quoted", Numeric(14, 4), nullable=False, server_default="0"),
    CheckConstraint("live >= 0", name="counter_live"),
    CheckConstraint("possible >= 0", name="counter_possible"),
)
"""What is counted for a target, buyer, group, campaign, entry or publisher, by measure.

The row of a target's attempts is always there, others while a cap needs them.  `live`
belongs to attempts, `possible` to what counts only when a leg is over; `quoted` is the part of
both that live quotes have."""

hold = Table(
    "hold",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("target_id", UUID(as_uuid=True), nullable=False),
    Column("account_sid", Text, nullable=False),
    Column("call_sid", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("ask_at", DateTime(timezone=True), index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)
"""`ask_at`: when to ask the carrier, unless facts come first; None once answered."""

place = Table(
    "place",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("scope_id", UUID(as_uuid=True), primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("amount", Numeric(14, 4), nullable=False),
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("day_at", DateTime(timezone=True), nullable=False),
    Column("week_at", DateTime(timezone=True), nullable=False),
    Column("month_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("quoted", Boolean, nullable=False, server_default=false()),
    Index("place_counter", "account_id", "scope_id", "measure"),
)
"""A leg's place in one counter.  Its attempts end with its hold, the others when it is known
what became of the leg; `amount` counts in the periods in which it was dialled."""

leg = Table(
    "leg",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("target_id", UUID(as_uuid=True), nullable=False),
    Column("buyer_id", UUID(as_uuid=True), nullable=False),
    Column("publisher_id", UUID(as_uuid=True)),
    Column("caller", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("converts_after", Integer),
    Column("worth", Numeric(14, 4)),
    Column("connected_at", DateTime(timezone=True)),
    Column("converted_at", DateTime(timezone=True)),
    Column("revenue", Numeric(14, 4)),
    Column("posted_at", DateTime(timezone=True)),
    Index("leg_caller", "account_id", "caller", "at"),
    Index("leg_campaign", "account_id", "campaign_id", "at"),
    Index(
        "leg_publisher",
        "account_id",
        "publisher_id",
        "at",
        postgresql_where=text("publisher_id IS NOT NULL"),
    ),
)
"""Every leg that was dialled, and what became of it: duplicates, estimates and new caps are
taken from it.  `converts_after` seconds it is `worth` something; None: by what is said
afterwards, at `posted_at` for the last time.
The target of a leg that was sold in an auction is its bidder, its buyer the RTB router."""

quote = Table(
    "quote",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True), nullable=False),
    Column("publisher", Text, nullable=False),
    Column("publisher_id", UUID(as_uuid=True)),
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("candidate_id", UUID(as_uuid=True), nullable=False),
    Column("price", Numeric(14, 4), nullable=False),
    Column("currency", Text, nullable=False),
    Column("required_seconds", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("call_id", UUID(as_uuid=True)),
    Column("tags", JSONB, nullable=False, server_default="{}"),
    Index("quote_caller", "account_id", "campaign_id", "caller", "expires_at"),
    Index("quote_number", "account_id", "number", "expires_at"),
    Index("quote_end", "expires_at"),
)
"""What has been promised to a publisher: as the ping named it, and whom that meant, where it is
one of the account's.  Its places are those of its id as a call;
`call_id`: who has used it; `tags`: what the publisher told of the call."""

kept_number = Table(
    "kept_number",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("number", Text, primary_key=True),
    Column("quote_id", UUID(as_uuid=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
"""A number that a quote for an unknown caller has to itself for a while."""

rotation = Table(
    "rotation",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True), primary_key=True),
    Column("turn", BigInteger, nullable=False),
)
"""Whose turn it is, for all replicas alike."""

decision = Table(
    "decision",
    metadata,
    Column("call_id", UUID(as_uuid=True), primary_key=True),
    Column("step", SmallInteger, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("outcome", JSON),
    Column("record", JSON),
    Column("snapshot", Text),
)
"""`outcome` None: the ingress fell back before it heard one, and nobody may decide any more;
`record` None: nobody had begun to."""

snapshot = Table(
    "snapshot",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("plan", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)

outbox = outbox_table(metadata)
