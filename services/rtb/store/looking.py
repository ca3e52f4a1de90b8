"""Auctions as operators look at them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select, tuple_

from libs.contracts.auctions import ListAuctions, NoticeShown
from libs.contracts.ids import AccountId, AuctionId, RtbTargetId
from libs.runtime.database import Database
from services.rtb.domain.record import Auction
from services.rtb.tables import auction, bid, counter, notice, sale, target

NO_RESPONSE = ("late", "unreachable", "address_refused")  # losses of those who said nothing
_NOT_ASKED = (
    "target_paused",
    "closed",
    "capped",
    "filtered",
    "out_of_area",
    "publisher_not_allowed",
    "duplicate",
    "rate_limited",
    "circuit_open",
    "too_slow",
)
_BID = (
    "outbid",
    "full",
    "below_floor",
    "too_few_bidders",
    "for_a_quote",
)  # losses of those who bid validly


class Looking:
    """Reads auctions; changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, asked: ListAuctions) -> Sequence[Row[Any]]:
        """Auctions, the newest first; one more than asked for tells that there are more."""
        kept = [column for column in auction.c if column.name != "record"]
        columns: list[ColumnElement[Any]] = [*kept, _connected().label("connected")]
        statement = (
            select(*columns)
            .where(auction.c.account_id == asked.account_id, *_chosen(asked))
            .order_by(auction.c.at.desc(), auction.c.id.desc())
            .limit(asked.limit + 1)
        )
        if asked.cursor is not None:
            at, _, id_ = asked.cursor.partition("/")
            place = (datetime.fromisoformat(at), UUID(id_))
            statement = statement.where(tuple_(auction.c.at, auction.c.id) < place)
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).all()

    async def notices(
        self, account_id: AccountId, auction_id: AuctionId
    ) -> dict[UUID, list[NoticeShown]]:
        """What bidders were told of an auction."""
        statement = (
            select(notice)
            .where(notice.c.account_id == account_id, notice.c.auction_id == auction_id)
            .order_by(notice.c.kind)
        )
        told: dict[UUID, list[NoticeShown]] = {}
        async with self._database.transaction() as connection:
            for row in await connection.execute(statement):
                shown = NoticeShown(
                    kind=row.kind,
                    told=row.told_at is not None,
                    tries=row.tries,
                    failure=row.failure,
                )
                told.setdefault(row.target_id, []).append(shown)
        return told

    async def one(
        self, account_id: AccountId, auction_id: AuctionId
    ) -> tuple[Row[Any], Auction] | None:
        """An auction and its record."""
        statement = select(auction, _connected().label("connected")).where(
            auction.c.account_id == account_id, auction.c.id == auction_id
        )
        async with self._database.transaction() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else (row, Auction.model_validate(row.record))

    async def late(self, account_id: AccountId, auction_id: AuctionId) -> dict[UUID, float]:
        """Who answered too late, and how long that took."""
        statement = select(bid.c.target_id, bid.c.late_milliseconds).where(
            bid.c.account_id == account_id,
            bid.c.auction_id == auction_id,
            bid.c.late_milliseconds.is_not(None),
        )
        async with self._database.transaction() as connection:
            rows = await connection.execute(statement)
            return {row[0]: float(row[1]) for row in rows}

    async def bodies(
        self, account_id: AccountId, auction_id: AuctionId, target_id: RtbTargetId
    ) -> Any:
        """What was said between us and a bidder; None where there is no such bid."""
        statement = select(
            bid.c.request,
            bid.c.response,
            bid.c.status,
            bid.c.milliseconds,
            bid.c.late_milliseconds,
        ).where(
            bid.c.account_id == account_id,
            bid.c.auction_id == auction_id,
            bid.c.target_id == target_id,
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).one_or_none()

    async def report(
        self, account_id: AccountId, since: datetime, until: datetime
    ) -> list[Row[Any]]:
        """How each bidder did, by its id; times are of those that answered."""
        asked = bid.c.loss.is_(None) | bid.c.loss.not_in(_NOT_ASKED)
        answered = asked & (bid.c.loss.is_(None) | bid.c.loss.not_in(NO_RESPONSE))
        times = [
            func.percentile_cont(share)
            .within_group(bid.c.milliseconds)
            .filter(answered)
            .label(f"p{int(share * 100)}")
            for share in (0.5, 0.95, 0.99)
        ]
        statement = (
            select(
                bid.c.target_id,
                func.count().filter(asked).label("pings"),
                func.count().filter(answered).label("answered"),
                func.count().filter(bid.c.loss.is_(None) | bid.c.loss.in_(_BID)).label("bids"),
                *times,
            )
            .where(bid.c.account_id == account_id, bid.c.at >= since, bid.c.at < until)
            .group_by(bid.c.target_id)
        )
        async with self._database.transaction() as connection:
            return list((await connection.execute(statement)).all())

    async def losses(
        self, account_id: AccountId, since: datetime, until: datetime
    ) -> dict[UUID, dict[str, int]]:
        """How often each bidder lost for each reason."""
        statement = (
            select(bid.c.target_id, bid.c.loss, func.count())
            .where(bid.c.account_id == account_id, bid.c.at >= since, bid.c.at < until)
            .where(bid.c.loss.is_not(None))
            .group_by(bid.c.target_id, bid.c.loss)
        )
        found: dict[UUID, dict[str, int]] = {}
        async with self._database.transaction() as connection:
            for target_id, loss, count in await connection.execute(statement):
                found.setdefault(target_id, {})[loss] = count
        return found

    async def sold(
        self, account_id: AccountId, since: datetime, until: datetime
    ) -> Mapping[UUID, tuple[int, Decimal]]:
        """How many legs each bidder was sold, and what it owes for those that lasted."""
        statement = (
            select(
                sale.c.target_id,
                func.count(),
                func.coalesce(
                    func.sum(sale.c.price).filter(sale.c.converted_at.is_not(None)), Decimal(0)
                ),
            )
            .where(sale.c.account_id == account_id, sale.c.at >= since, sale.c.at < until)
            .group_by(sale.c.target_id)
        )
        async with self._database.transaction() as connection:
            return {row[0]: (row[1], row[2]) for row in await connection.execute(statement)}

    async def steps(self, account_id: AccountId, auction_id: AuctionId) -> dict[UUID, int]:
        """Who was sold which step of an auction's call."""
        statement = select(sale.c.target_id, sale.c.step).where(
            sale.c.account_id == account_id, sale.c.auction_id == auction_id
        )
        async with self._database.transaction() as connection:
            return {row[0]: row[1] for row in await connection.execute(statement)}

    async def names(self, account_id: AccountId) -> Mapping[UUID, tuple[str, int]]:
        """Every bidder's name, also of those out of use, and its reservations now."""
        statement = (
            select(target.c.id, target.c.document["name"].astext, counter.c.live)
            .join(
                counter,
                (counter.c.account_id == target.c.account_id)
                & (counter.c.target_id == target.c.id),
            )
            .where(target.c.account_id == account_id)
        )
        async with self._database.transaction() as connection:
            return {row[0]: (row[1], row[2]) for row in await connection.execute(statement)}


def _chosen(asked: ListAuctions) -> list[ColumnElement[bool]]:
    same = {
        auction.c.router_id: asked.rtb_router_id,
        auction.c.campaign_id: asked.campaign_id,
        auction.c.call_id: asked.call_id,
        auction.c.target_id: asked.target_id,
    }
    chosen = [column == value for column, value in same.items() if value is not None]
    if asked.since is not None:
        chosen.append(auction.c.at >= asked.since)
    if asked.until is not None:
        chosen.append(auction.c.at < asked.until)
    if asked.sold is not None:
        chosen.append(auction.c.reason.is_(None) == asked.sold)
    if asked.connected is not None:
        chosen += [auction.c.reason.is_(None), _connected() == asked.connected]
    if asked.bidder_id is not None:
        chosen.append(_considered(asked.bidder_id))
    return chosen


def _connected() -> ColumnElement[bool]:
    """Whether a leg that an auction has sold was answered."""
    return (
        select(sale.c.step)
        .where(
            sale.c.account_id == auction.c.account_id,
            sale.c.call_id == auction.c.call_id,
            sale.c.auction_id == auction.c.id,
            sale.c.connected_at.is_not(None),
        )
        .exists()
    )


def _considered(target_id: RtbTargetId) -> ColumnElement[bool]:
    """Whether a bidder stands among those of an auction."""
    return (
        select(bid.c.target_id)
        .where(
            bid.c.account_id == auction.c.account_id,
            bid.c.auction_id == auction.c.id,
            bid.c.target_id == target_id,
        )
        .exists()
    )
