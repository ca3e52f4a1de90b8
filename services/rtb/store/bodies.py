"""Bids with what was told and answered, written behind."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from libs.runtime.database import Database, Statement
from libs.runtime.given import given, read, written
from services.rtb.tables import bid

_BIDS = given("bids", *bid.columns)
_KEEP = Statement(
    upsert(bid)
    .from_select(
        [each.name for each in bid.columns],
        select(*(read(_BIDS, each) for each in bid.columns)),
    )
    .on_conflict_do_nothing(),
    "bid.keep",
)
_LATE = given(
    "late",
    bid.c.account_id,
    bid.c.auction_id,
    bid.c.target_id,
    bid.c.response,
    bid.c.status,
    bid.c.late_milliseconds,
)
_NOTE = Statement(
    update(bid)
    .values(
        response=_LATE.c.response,
        status=_LATE.c.status,
        late_milliseconds=_LATE.c.late_milliseconds,
    )
    .where(
        bid.c.account_id == _LATE.c.account_id,
        bid.c.auction_id == _LATE.c.auction_id,
        bid.c.target_id == _LATE.c.target_id,
    )
    .returning(bid.c.target_id),
    "bid.late",
)

Rows = Sequence[Mapping[str, Any]]


class Bodies:
    """Keeps the bids of auctions, masked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, rows: Rows) -> None:
        """Keep an auction's bids."""
        async with self._database.hot() as connection:
            await _KEEP.run(connection, bids=written(rows))

    async def late(self, row: Mapping[str, Any]) -> bool:
        """Note a late answer; False where its bid is not there."""
        async with self._database.hot() as connection:
            return bool(await _NOTE.run(connection, late=written([row])))
