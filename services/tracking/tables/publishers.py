"""Publishers; within an account a code names one of those in use."""

from sqlalchemy import Column, Computed, Index, Text, text

from services.tracking.tables.configured import configured

publisher = configured(
    "publisher",
    Column("code", Text, Computed("lower(document->>'code')", persisted=True)),
    Index(
        "publisher_code",
        "account_id",
        "code",
        unique=True,
        postgresql_where=text("NOT retired AND code IS NOT NULL"),
    ),
)
