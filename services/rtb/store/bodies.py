"""What bidders were told and answered, written behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, update

from libs.runtime.database import Database, Statement
from libs.runtime.given import given, written
from services.rtb.tables import bid

_ROWS = given(
    "rows",
    bid.c.account_id,
    bid.c.auction_id,
    bid.c.target_id,
    bid.c.request,
    bid.c.response,
    bid.c.status,
    bid.c.late_milliseconds,
)
_WRITE = Statement(
    update(bid)
    .values(
        {
            column: func.coalesce(_ROWS.c[column.name], column)
            for column in (bid.c.request, bid.c.response, bid.c.status, bid.c.late_milliseconds)
        }
    )
    .where(
        bid.c.account_id == _ROWS.c.account_id,
        bid.c.auction_id == _ROWS.c.auction_id,
        bid.c.target_id == _ROWS.c.target_id,
    ),
    "bid.bodies",
)


class Bodies:
    """Adds bodies to the bids of auctions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write them; a bid that is not there is passed over."""
        async with self._database.hot() as connection:
            await _WRITE.run(connection, rows=written(rows))
