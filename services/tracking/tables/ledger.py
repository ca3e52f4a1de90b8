"""Who owes whom: entries that are never changed, the balances they sum to, and what is in force."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.tracking.tables.metadata import metadata


def _uuid(name: str, **more: Any) -> Column[Any]:
    return Column(name, UUID(as_uuid=True), **more)


books = Table(
    "books",
    metadata,
    _uuid("account_id", primary_key=True),
    Column("closed_until", DateTime(timezone=True)),
)
"""An account's books; what belongs before `closed_until` is booked after it."""

entry = Table(
    "entry",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _uuid("account_id", nullable=False),
    _uuid("posting", nullable=False),
    Column("book", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    _uuid("call_id"),
    Column("part", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("reverses", Boolean, nullable=False, server_default="false"),
    Column("belongs_at", DateTime(timezone=True), nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("written_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reason", Text, nullable=False, server_default=""),
    Column("actor", Text, nullable=False, server_default=""),
    Index("entry_of_party", "account_id", "book", "party", "booked_at", "id"),
    Index("entry_booked", "account_id", "booked_at", "id"),
    Index("entry_posting", "posting", "book", unique=True),
    Index("entry_of_call", "call_id", postgresql_where=text("call_id IS NOT NULL")),
)
"""One side of a posting, in ten-thousandths; the sides of a posting sum to nothing.

The book of a party (buyer, publisher, ...) is positive where they owe us; the other side is one of
our own books, without a party.  A posting about a call has its kind, its part (a leg's step), the
version of that, and whether it takes that version back: the posting's id is a function of these, so
that no effect is booked twice.  `belongs_at` is when it happened, `booked_at` when it counts.
"""

balance = Table(
    "balance",
    metadata,
    _uuid("account_id", nullable=False),
    Column("book", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "book", "party", "currency"),
)
"""What the entries of a book and party sum to, changed in the transaction that writes them."""

booking = Table(
    "booking",
    metadata,
    _uuid("call_id", nullable=False),
    _uuid("account_id", nullable=False),
    Column("kind", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("book", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    PrimaryKeyConstraint("call_id", "account_id", "kind", "part", "currency", "book", "party"),
)
"""What is booked of each effect of a call now, and in its how manyth version."""

proof = Table(
    "proof",
    metadata,
    Column("proved_on", Date, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("differences", Integer, nullable=False),
    Column("found", JSONB, nullable=False),
)
"""What the nightly proof of all books came to."""

closing = Table(
    "closing",
    metadata,
    _uuid("account_id", nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "until"),
)
"""When which time of an account was closed; `books` has the latest."""

dispute = Table(
    "dispute",
    metadata,
    _uuid("account_id", nullable=False),
    _uuid("id", nullable=False),
    _uuid("call_id", nullable=False),
    Column("book", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("answer", Text, nullable=False, server_default=""),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("account_id", "id"),
    Index(
        "dispute_open",
        *("account_id", "call_id", "book", "party"),
        unique=True,
        postgresql_where=text("state = 'open'"),
    ),
)
"""What parties dispute of what they owe; its id sorts by time."""
