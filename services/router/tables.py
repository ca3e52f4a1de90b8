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
    MetaData,
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

metadata = MetaData(schema="router")

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


campaign = _configured("campaign")
buyer = _configured("buyer")
target = _configured(
    "target",
    Column("buyer_id", UUID(as_uuid=True), nullable=False),
    ForeignKeyConstraint(
        ["account_id", "buyer_id"],
        ["router.buyer.account_id", "router.buyer.id"],
        name="target_buyer_id",
    ),
)
pool = _configured(
    "pool",
    Column("campaign_id", UUID(as_uuid=True)),
    ForeignKeyConstraint(
        ["account_id", "campaign_id"],
        ["router.campaign.account_id", "router.campaign.id"],
        name="pool_campaign_id",
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
)
assignment = Table(
    "assignment",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("campaign_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
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
)
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

counter = Table(
    "counter",
    metadata,
    Column("account_id", UUID(as_uuid=True), primary_key=True),
    Column("target_id", UUID(as_uuid=True), primary_key=True),
    Column("live", Integer, nullable=False, server_default="0"),
    Column("day_at", DateTime(timezone=True), nullable=False),
    Column("day_count", Integer, nullable=False, server_default="0"),
    CheckConstraint("live >= 0", name="counter_live"),
)
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
    Column("day_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("ask_at", DateTime(timezone=True), index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Index("hold_target", "account_id", "target_id"),
)
"""`ask_at`: when to ask the carrier, unless facts come first; None once answered."""

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
