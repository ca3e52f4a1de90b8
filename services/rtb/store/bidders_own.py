"""What a company reads of its own: bids, wins, reservations and spend, over all its targets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, func, insert, select, tuple_, update

from libs.contracts.ids import AccountId, CallId, RtbTargetId
from libs.runtime.database import Database
from libs.runtime.outbox import Announcement, Outbox
from services.rtb.tables import (
    auction,
    bid,
    bidder_key,
    counter,
    notice,
    outbox,
    reservation,
    sale,
)

RESERVATIONS_MAX = 1_000


class BiddersOwn:
    """Reads and writes what a key opens."""

    def __init__(self, database: Database, announcing: Outbox) -> None:
        self._database = database
        self._outbox = announcing

    async def keys(self, account_id: AccountId) -> Sequence[Row[Any]]:
        """An account's keys, the newest first."""
        statement = (
            select(bidder_key)
            .where(bidder_key.c.account_id == account_id)
            .order_by(bidder_key.c.made_at.desc(), bidder_key.c.id)
        )
        async with self._database.transaction() as connection:
            return _rows(await connection.execute(statement))

    async def opened_by(self, digest: bytes) -> Row[Any] | None:
        """The key with this digest; it has been used now."""
        statement = (
            update(bidder_key)
            .values(used_at=func.now())
            .where(bidder_key.c.digest == digest)
            .returning(*bidder_key.c)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def keep_key(self, row: Mapping[str, Any], fact: Announcement) -> None:
        """Keep a new key."""
        async with self._database.transaction() as connection:
            await connection.execute(insert(bidder_key), [dict(row)])
            await connection.execute(insert(outbox), [fact.row()])
        self._outbox.announce([fact])

    async def end_key(self, account_id: AccountId, key_id: UUID, fact: Announcement) -> bool:
        """End a key; False where there is none."""
        statement = delete(bidder_key).where(
            bidder_key.c.account_id == account_id, bidder_key.c.id == key_id
        )
        async with self._database.transaction() as connection:
            if not (await connection.execute(statement)).rowcount:
                return False
            await connection.execute(insert(outbox), [fact.row()])
        self._outbox.announce([fact])
        return True

    async def counters(
        self, account_id: AccountId, targets: Sequence[RtbTargetId]
    ) -> dict[UUID, Row[Any]]:
        """What is taken of each target."""
        statement = select(counter).where(
            counter.c.account_id == account_id, counter.c.target_id.in_(targets)
        )
        async with self._database.transaction() as connection:
            return {row.target_id: row for row in await connection.execute(statement)}

    async def bids(  # noqa: PLR0917 - a page
        self,
        account_id: AccountId,
        targets: Sequence[RtbTargetId],
        since: datetime,
        until: datetime,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> Sequence[Row[Any]]:
        """Pings and what became of them, the newest first."""
        statement = (
            select(
                bid.c.at,
                bid.c.auction_id,
                bid.c.target_id,
                bid.c.loss,
                bid.c.amount,
                bid.c.milliseconds,
                auction.c.reason,
                auction.c.currency,
                sale.c.price,
                sale.c.required_seconds,
                sale.c.connected_at,
                sale.c.converted_at,
            )
            .join(
                auction,
                (auction.c.account_id == bid.c.account_id) & (auction.c.id == bid.c.auction_id),
            )
            .outerjoin(
                sale,
                (sale.c.account_id == bid.c.account_id)
                & (sale.c.auction_id == bid.c.auction_id)
                & (sale.c.target_id == bid.c.target_id),
            )
            .where(
                bid.c.account_id == account_id,
                bid.c.target_id.in_(targets),
                bid.c.at >= since,
                bid.c.at < until,
            )
            .order_by(bid.c.at.desc(), bid.c.auction_id.desc())
            .limit(limit)
        )
        if after is not None:
            statement = statement.where(tuple_(bid.c.at, bid.c.auction_id) < after)
        async with self._database.transaction() as connection:
            return _rows(await connection.execute(statement))

    async def reservations(
        self, account_id: AccountId, targets: Sequence[RtbTargetId]
    ) -> Sequence[Row[Any]]:
        """Places that are kept with the targets now."""
        statement = (
            select(reservation)
            .where(reservation.c.account_id == account_id, reservation.c.target_id.in_(targets))
            .order_by(reservation.c.decided_at.desc())
            .limit(RESERVATIONS_MAX)
        )
        async with self._database.transaction() as connection:
            return _rows(await connection.execute(statement))

    async def spend(
        self,
        account_id: AccountId,
        targets: Sequence[RtbTargetId],
        since: datetime,
        until: datetime,
    ) -> Sequence[Row[Any]]:
        """By target: calls won and converted, and what is owed for them."""
        owed = case((sale.c.converted_at.is_not(None), sale.c.price), else_=Decimal(0))
        statement = (
            select(
                sale.c.target_id,
                func.count().label("won"),
                func.count(sale.c.connected_at).label("connected"),
                func.count(sale.c.converted_at).label("converted"),
                func.coalesce(func.sum(owed), 0).label("owed"),
            )
            .where(
                sale.c.account_id == account_id,
                sale.c.target_id.in_(targets),
                sale.c.at >= since,
                sale.c.at < until,
            )
            .group_by(sale.c.target_id)
        )
        async with self._database.transaction() as connection:
            return _rows(await connection.execute(statement))

    async def sale_of(
        self, account_id: AccountId, targets: Sequence[RtbTargetId], request_id: str
    ) -> Row[Any] | None:
        """What was sold by the request that a company knows by this id."""
        statement = select(sale).where(
            sale.c.account_id == account_id,
            sale.c.target_id.in_(targets),
            sale.c.request_id == request_id,
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).first()

    async def convert(
        self, account_id: AccountId, leg: tuple[CallId, int], fact: Announcement
    ) -> bool:
        """A leg has converted by its buyer's word; False where that was known."""
        call_id, step = leg
        statement = (
            update(sale)
            .values(converted_at=func.now())
            .where(
                sale.c.account_id == account_id,
                sale.c.call_id == call_id,
                sale.c.step == step,
                sale.c.converted_at.is_(None),
            )
        )
        billed = (
            update(notice)
            .values(due_at=func.now())
            .where(
                notice.c.account_id == account_id,
                notice.c.call_id == call_id,
                notice.c.step == step,
                notice.c.kind == "billing",
                notice.c.tries == 0,
            )
        )
        async with self._database.transaction() as connection:
            if not (await connection.execute(statement)).rowcount:
                return False
            await connection.execute(billed)
            await connection.execute(insert(outbox), [fact.row()])
        self._outbox.announce([fact])
        return True


def _rows(result: Any) -> Sequence[Row[Any]]:
    """Every row, however many columns it has."""
    rows: Sequence[Row[Any]] = result.all()
    return rows
