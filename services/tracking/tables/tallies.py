"""What calls count for in reports: line by line, the changes of these, and their sums."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.tracking.domain.dimensions import DIMENSIONS
from services.tracking.domain.tally import MEASURES
from services.tracking.tables.filing import FILED
from services.tracking.tables.metadata import metadata


def _counted() -> list[Column[Any]]:
    """Whose, when, what it is grouped by, and the counts; what is nothing is null."""
    return [
        Column("account_id", UUID(as_uuid=True), nullable=False),
        Column("quarter", DateTime(timezone=True), nullable=False),
        *(
            Column(name, UUID(as_uuid=True) if one.is_id else Text)
            for name, one in DIMENSIONS.items()
        ),
        Column("currency", Text, nullable=False),
        *(Column(name, BigInteger) for name in MEASURES),
    ]


tally = Table(
    "tally",
    metadata,
    Column("call_id", UUID(as_uuid=True), nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("line", SmallInteger, nullable=False),
    *_counted(),
    Column("tags", JSONB),
    PrimaryKeyConstraint("call_id", "filed_on", "line"),
    Index("tally_quarter", "account_id", "quarter"),
    postgresql_partition_by=FILED,
)
"""What each call counts for now; `tags` are not summed, so changes do without them."""

tally_change = Table(
    "tally_change",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("sign", SmallInteger, nullable=False),
    *_counted(),
)
"""Lines that came (1) and went (-1) and are not in the sums yet, written with the tally itself."""

rollup = Table(
    "rollup",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("grouping", Text, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("first", Text, nullable=False),
    Column("second", Text, nullable=False),
    Column("currency", Text, nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in MEASURES),
    PrimaryKeyConstraint("account_id", "grouping", "minutes", "at", "first", "second", "currency"),
    postgresql_with={"fillfactor": "70"},  # room on the page: the sums of now change all the time
)
"""The sums of all tallies but for the changes: by a quarter of an hour and by a day in UTC, for
each of the groupings; an empty text is a call that has no such thing."""

summed = Table("summed", metadata, Column("grouping", Text, primary_key=True))
"""The groupings whose sums are whole: others were begun after calls were counted already, and are
read from the tallies until all sums are made anew."""

label = Table(
    "label",
    metadata,
    Column("account_id", UUID(as_uuid=True), nullable=False),
    Column("dimension", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("name", Text, nullable=False),
    PrimaryKeyConstraint("account_id", "dimension", "value"),
)
"""What things were called when a call last came to them."""
