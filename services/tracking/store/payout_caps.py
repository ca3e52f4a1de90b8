"""Publishers with caps on payouts: what they are owed, and which caps were found reached.

One process at a time looks, for all accounts.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.payout_caps import PayoutCapped
from libs.contracts.publishers import KnownPublisher, Publisher
from libs.contracts.worth import PartyKind
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement
from services.tracking.domain.payout_caps import still_meant
from services.tracking.tables.configured import EDIT_LOCK, config_version, outbox
from services.tracking.tables.ledger import balance
from services.tracking.tables.publishers import CAPPING, publisher

_KNOWN = (
    publisher.c.account_id,
    publisher.c.id,
    publisher.c.told,
    publisher.c.retired,
    publisher.c.document,
    publisher.c.payout_capped,
)


@dataclass(frozen=True, slots=True)
class Capping:
    """A publisher with caps on payouts; `entries` tells whether its book has changed."""

    account_id: AccountId
    publisher: Publisher
    version: int
    entries: int
    capped: tuple[PayoutCapped, ...]


class Telling:
    """One change under way: it holds the lock that makes versions commit in their order."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, one: Capping, capped: Sequence[PayoutCapped], version: int) -> int | None:
        """Keep what was found of a publisher that was not edited since; give its version."""
        newest = (await self._connection.execute(select(config_version.next_value()))).scalar_one()
        found = [each.model_dump(mode="json") for each in capped]
        changed = await self._connection.execute(
            update(publisher)
            .where(
                publisher.c.account_id == one.account_id,
                publisher.c.id == one.publisher.id,
                publisher.c.told == version,
            )
            .values(payout_capped=found, capped_version=newest)
        )
        return newest if changed.rowcount else None

    async def announce(self, announcement: Announcement) -> None:
        """Have the change told when it is committed."""
        await self._connection.execute(insert(outbox), [announcement.row()])


class PayoutCaps:
    """The caps of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def capping(self) -> list[Capping]:
        """Everybody who has caps."""
        entries = (
            select(func.coalesce(func.sum(balance.c.entries), 0))
            .where(
                balance.c.account_id == publisher.c.account_id,
                balance.c.book == PartyKind.PUBLISHER.value,
                balance.c.party == cast(publisher.c.id, Text),
            )
            .scalar_subquery()
        )
        statement = select(*_KNOWN, entries.label("entries")).where(CAPPING)
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).mappings().all()
        return [
            Capping(
                account_id=row["account_id"],
                publisher=Publisher.model_validate(row["document"]),
                version=row["told"],
                entries=int(row["entries"]),
                capped=_capped(row["payout_capped"]),
            )
            for row in rows
        ]

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[Telling]:
        """The transaction of one change; edits wait until it is committed."""
        async with self._database.transaction() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(EDIT_LOCK)))
            yield Telling(connection)

    async def since(self, version: int, limit: int) -> list[KnownPublisher]:
        """Whose document or caps have changed in any account after a version, in order."""
        statement = (
            select(*_KNOWN)
            .where(publisher.c.told > version)
            .order_by(publisher.c.told)
            .limit(limit)
        )
        async with self._database.transaction() as connection:
            rows = (await connection.execute(statement)).all()
        return [
            KnownPublisher(
                account_id=AccountId(row.account_id),
                publisher_id=PublisherId(row.id),
                version=row.told,
                document=document,
                payout_capped=still_meant(_capped(row.payout_capped), document),
            )
            for row in rows
            for document in (None if row.retired else Publisher.model_validate(row.document),)
        ]


def _capped(kept: list[Any]) -> tuple[PayoutCapped, ...]:
    return tuple(PayoutCapped.model_validate(one) for one in kept)
