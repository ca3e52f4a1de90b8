"""What flows forgets: calls that are long over, old counts, answers that serve no more."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from libs.runtime.database import Database
from services.flows.tables import branch_taken, fetched, session, traffic, turn, walked

SWEEP_MAX = 5_000  # rows of a kind in one round, so that no round holds others up
COUNTS_KEPT = timedelta(days=400)  # the longest stretch of a splitter, and a little on


class Forgetting:
    """Deletes what is over, a part at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def round(self, now: datetime, kept: timedelta) -> int:
        """Forget some of what is old; give how many rows that were."""
        old: tuple[tuple[Table, ColumnElement[bool]], ...] = (
            (turn, turn.c.at < now - kept),
            (session, session.c.changed_at < now - kept),
            (walked, walked.c.left_at < now - kept),
            (traffic, traffic.c.hour_at < now - COUNTS_KEPT),
            (branch_taken, branch_taken.c.at < now - COUNTS_KEPT),
            (fetched, fetched.c.expires_at < now),
        )
        gone = 0
        for table, is_old in old:
            key = tuple(table.primary_key.columns)
            these = select(*key).where(is_old).limit(SWEEP_MAX)
            async with self._database.transaction() as connection:
                result = await connection.execute(delete(table).where(tuple_(*key).in_(these)))
                gone += result.rowcount
        return gone
