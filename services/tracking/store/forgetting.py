"""What is over of visits, of all accounts."""

from datetime import timedelta

from sqlalchemy import delete, func, select, tuple_

from libs.runtime.database import Database
from services.tracking.tables.numbers import lease_rate
from services.tracking.tables.visit_conversions import visit_conversion
from services.tracking.tables.visits import attribution, visit

ROWS_MAX = 2_000  # of one statement
RATES_KEPT = timedelta(minutes=5)


class Forgetting:
    """Deletes what is old, so that tables do not grow with history."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def visits(self, kept: timedelta) -> int:
        """Visits that ended so long ago; give how many went."""
        key = tuple_(visit.c.account_id, visit.c.id)
        old = (
            select(visit.c.account_id, visit.c.id)
            .where(visit.c.began_at < func.now() - kept, visit.c.until < func.now() - kept)
            .limit(ROWS_MAX)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(visit).where(key.in_(old)))).rowcount

    async def conversions(self, kept: timedelta) -> int:
        """Conversions without a call so long ago; give how many went."""
        key = tuple_(visit_conversion.c.account_id, visit_conversion.c.id)
        old = (
            select(visit_conversion.c.account_id, visit_conversion.c.id)
            .where(visit_conversion.c.at < func.now() - kept)
            .limit(ROWS_MAX)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(visit_conversion).where(key.in_(old)))).rowcount

    async def attributions(self, kept: timedelta) -> int:
        """What had brought calls so long ago; give how many went."""
        key = tuple_(attribution.c.account_id, attribution.c.call_id)
        old = (
            select(attribution.c.account_id, attribution.c.call_id)
            .where(attribution.c.kept_at < func.now() - kept)
            .limit(ROWS_MAX)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(delete(attribution).where(key.in_(old)))).rowcount

    async def rates(self) -> None:
        """Counts of minutes that are over."""
        old = lease_rate.c.minute < func.now() - RATES_KEPT
        async with self._database.transaction() as connection:
            await connection.execute(delete(lease_rate).where(old))
