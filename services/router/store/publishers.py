"""The router's copy of publishers: what tracking keeps, by its versions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.publishers import KnownPublisher, Publisher
from libs.runtime.database import Database
from services.router import tables
from services.router.store.counting import begin_counting, counting_of_publisher


class Publishers:
    """All accounts' publishers as they were told last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[KnownPublisher]:
        """Everybody that is known."""
        table = tables.publisher
        statement = select(
            *(table.c.account_id, table.c.id, table.c.version, table.c.document),
            table.c.payout_capped,
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [
                KnownPublisher(
                    account_id=AccountId(row[0]),
                    publisher_id=PublisherId(row[1]),
                    version=row[2],
                    document=None if row[3] is None else Publisher.model_validate(row[3]),
                    payout_capped=row[4],
                )
                for row in rows
            ]

    async def keep(self, told: Sequence[KnownPublisher], now: datetime) -> None:
        """Know this from now on, and begin to count what is newly capped; older news is no news."""
        table = tables.publisher
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(tables.EDIT_LOCK)))
            for one in told:
                kept = one.model_dump(mode="json", include={"document", "payout_capped"})
                statement = insert(table).values(
                    account_id=one.account_id,
                    id=one.publisher_id,
                    version=one.version,
                    **kept,
                )
                newer = statement.excluded.version
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["account_id", "id"],
                        set_={
                            "version": newer,
                            **{name: statement.excluded[name] for name in kept},
                        },
                        where=table.c.version < newer,
                    )
                )
                if one.document is not None:
                    counting = counting_of_publisher(one.document)
                    await begin_counting(connection, one.account_id, counting, now)
