"""Saved reports, and when each is to be told next."""

from sqlalchemy import BigInteger, Column, DateTime

from services.tracking.tables.configured import configured

saved_report = configured(
    "saved_report",
    Column("due_at", DateTime(timezone=True)),
    Column("due_for", BigInteger),
    Column("taken_until", DateTime(timezone=True)),
)
"""`due_at` was reckoned for the version `due_for`; where that is not the version of today, it is
reckoned anew.  Who makes the report has it until `taken_until`."""
