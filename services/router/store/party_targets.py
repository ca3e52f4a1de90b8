"""Reads the targets of one buyer of one account, and what is counted of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select

from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId
from libs.runtime.database import Database
from services.router.domain.counters import Counters
from services.router.store.counting import counters_of
from services.router.store.kept import Kept
from services.router.tables import target


class PartyTargets:
    """The targets of buyers, one buyer at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, account_id: AccountId, buyer_id: UUID, after: UUID | None, limit: int
    ) -> list[Kept]:
        """The buyer's next targets."""
        statement = _of(account_id, buyer_id).order_by(target.c.id).limit(limit)
        if after is not None:
            statement = statement.where(target.c.id > after)
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return [Kept(Noun.TARGET, account_id, *row) for row in rows]

    async def one(self, account_id: AccountId, buyer_id: UUID, target_id: UUID) -> Kept | None:
        """One of them."""
        statement = _of(account_id, buyer_id).where(target.c.id == target_id)
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return Kept(Noun.TARGET, account_id, *row) if row else None

    async def counters(self, account_id: AccountId, targets: Sequence[UUID]) -> Counters:
        """What is counted of these now."""
        async with self._database.transaction() as connection:
            return await counters_of(connection, account_id, targets)


def _of(account_id: AccountId, buyer_id: UUID) -> Select[Any]:
    return select(
        cast(target.c.id, Text), target.c.version, target.c.retired, target.c.document
    ).where(target.c.account_id == account_id, target.c.buyer_id == buyer_id, ~target.c.retired)
