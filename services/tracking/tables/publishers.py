"""Publishers; within an account a code names one of those in use."""

from sqlalchemy import BigInteger, Column, Computed, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from services.tracking.tables.configured import configured

CAPPING = text("NOT retired AND document->'payout_caps' <> '[]'")
"""Which publishers have caps on what they are paid."""

publisher = configured(
    "publisher",
    Column("code", Text, Computed("lower(document->>'code')", persisted=True)),
    Column("payout_capped", JSONB, nullable=False, server_default="[]"),
    Column("capped_version", BigInteger, nullable=False, server_default="0"),
    Column("told", BigInteger, Computed("greatest(version, capped_version)", persisted=True)),
    Index(
        "publisher_code",
        "account_id",
        "code",
        unique=True,
        postgresql_where=text("NOT retired AND code IS NOT NULL"),
    ),
    Index("publisher_told", "told"),
    Index("publisher_capping", "account_id", "id", postgresql_where=CAPPING),
)
"""`payout_capped`: the caps that were reached when last looked, which is no edit and so has a
version of its own; `told` is the newer of the two, by which routers ask."""
