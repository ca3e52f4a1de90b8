"""Whose numbers are, when many are placed at once."""

from collections.abc import Sequence

from sqlalchemy import Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.configuration import Number
from libs.contracts.editing import Noun
from libs.contracts.ids import AccountId
from libs.contracts.numbers import LineState
from services.router import tables
from services.router.store.kept import Kept


class Numbers:
    """An account's numbers, as one edit sees them."""

    def __init__(self, connection: AsyncConnection, account_id: AccountId) -> None:
        self._connection = connection
        self._account_id = account_id

    async def holder_of(self, number: Number) -> Kept | None:
        """Which other number thing of the account is this number already."""
        table = tables.number
        statement = select(table.c.id, table.c.version, table.c.document).where(
            table.c.account_id == self._account_id,
            table.c.number == number.number,
            table.c.id != number.id,
            ~table.c.retired,
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Kept(
            Noun.NUMBER,
            self._account_id,
            str(row.id),
            row.version,
            retired=False,
            document=row.document,
        )

    async def among(self, numbers: Sequence[str]) -> dict[str, Kept]:
        """Those of these numbers that the account has."""
        table = tables.number
        statement = select(cast(table.c.id, Text), table.c.version, table.c.document).where(
            table.c.account_id == self._account_id,
            table.c.number.in_(numbers),
            ~table.c.retired,
        )
        rows = await self._connection.execute(statement)
        return {
            row[2]["number"]: Kept(
                Noun.NUMBER, self._account_id, row[0], row[1], retired=False, document=row[2]
            )
            for row in rows
        }

    async def elsewhere(self, numbers: Sequence[str]) -> set[str]:
        """Those of these numbers that others have, or are buying; who, nobody is told."""
        table, ordered = tables.number, tables.purchase
        kept = select(table.c.number).where(
            table.c.account_id != self._account_id, table.c.number.in_(numbers), ~table.c.retired
        )
        coming = select(ordered.c.number).where(
            ordered.c.account_id != self._account_id,
            ordered.c.number.in_(numbers),
            ordered.c.state == LineState.ORDERED,
        )
        return set((await self._connection.execute(kept.union(coming))).scalars())
