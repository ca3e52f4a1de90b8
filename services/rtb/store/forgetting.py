"""What rtb forgets: old auctions and their bids, answers that nobody asks again."""

from datetime import timedelta

from sqlalchemy import delete, func, select, tuple_

from libs.runtime.database import Database
from services.rtb.tables import auction, bid, outcome

SWEEP_MAX = 5_000  # rows of a kind in one round, so that no round holds others up
ANSWERS_KEPT = timedelta(days=2)  # no call lasts so long


class Forgetting:
    """Deletes what is over, a part at a time; sales are history and stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def round(self, auctions_kept: timedelta) -> int:
        """Forget some of what is old; give how many rows that were."""
        key = (outcome.c.call_id, outcome.c.step, outcome.c.router_id)
        answers = select(*key).where(outcome.c.at < func.now() - ANSWERS_KEPT).limit(SWEEP_MAX)
        held = (auction.c.account_id, auction.c.id)
        auctions = select(*held).where(auction.c.at < func.now() - auctions_kept).limit(SWEEP_MAX)
        made = (bid.c.account_id, bid.c.auction_id, bid.c.target_id)
        bids = select(*made).where(bid.c.at < func.now() - auctions_kept).limit(SWEEP_MAX)
        async with self._database.transaction() as connection:
            gone = [
                await connection.execute(delete(outcome).where(tuple_(*key).in_(answers))),
                await connection.execute(delete(auction).where(tuple_(*held).in_(auctions))),
                await connection.execute(delete(bid).where(tuple_(*made).in_(bids))),
            ]
        return sum(result.rowcount for result in gone)
