"""The looking desk: auctions as they were, and how bidders do."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from libs.contracts.auctions import (
    REPORT_DAYS_MAX,
    AuctionDetail,
    Auctions,
    AuctionShown,
    BidShown,
    Bodies,
    GetAuction,
    GetBid,
    ListAuctions,
    ReportRtb,
    RtbReport,
    RtbTargetReport,
)
from libs.contracts.ids import RtbTargetId
from libs.contracts.money import Money
from services.rtb.desk.asking import AskingDesk
from services.rtb.domain.record import Auction, Entry
from services.rtb.domain.unfit import Missing, Unfit
from services.rtb.memory import Memory
from services.rtb.store.looking import Looking


class LookingDesk:
    """Reads, and changes nothing."""

    def __init__(self, looking: Looking, memory: Memory, asking: AskingDesk) -> None:
        self._looking = looking
        self._memory = memory
        self._asking = asking

    async def page(self, question: ListAuctions) -> Auctions:
        """One page of auctions."""
        rows = await self._looking.page(question)
        shown = tuple(_shown(row) for row in rows[: question.limit])
        more = len(rows) > len(shown)
        cursor = f"{shown[-1].at.isoformat()}/{shown[-1].auction_id}" if more else None
        return Auctions(auctions=shown, cursor=cursor)

    async def auction(self, question: GetAuction) -> AuctionDetail:
        """One auction with every bidder; raise Missing."""
        found = await self._looking.one(question.account_id, question.auction_id)
        if found is None:
            raise Missing
        row, auction = found
        about = (question.account_id, question.auction_id)
        late, steps = await self._looking.late(*about), await self._looking.steps(*about)
        notices = await self._looking.notices(*about)
        more = {
            entry.target_id: {
                "late_milliseconds": late.get(entry.target_id),
                "won_step": steps.get(entry.target_id),
                "notices": tuple(notices.get(entry.target_id, ())),
            }
            for entry in auction.entries
        }
        return detail_of(_shown(row), auction, more)

    async def bid(self, question: GetBid) -> Bodies:
        """What was said; raise Missing."""
        row = await self._looking.bodies(
            question.account_id, question.auction_id, question.target_id
        )
        if row is None:
            raise Missing
        return Bodies(
            request=row.request or "",
            response=row.response or "",
            status=row.status,
            milliseconds=row.milliseconds,
            late_milliseconds=row.late_milliseconds,
        )

    async def report(self, question: ReportRtb) -> RtbReport:
        """How bidders did; raise Unfit for a time that is too long."""
        if not 0 <= (question.until - question.since).days <= REPORT_DAYS_MAX:
            problem = f"0 to {REPORT_DAYS_MAX} days after since"
            raise Unfit("malformed", "the time cannot be reported", [("until", problem)])
        about = (question.account_id, question.since, question.until)
        rows = {row.target_id: row for row in await self._looking.report(*about)}
        losses, sold = await self._looking.losses(*about), await self._looking.sold(*about)
        names = await self._looking.names(question.account_id)
        reports = [
            self._report(row, name, live, sold.get(target_id, (0, Decimal(0)))).model_copy(
                update={"losses": losses.get(target_id, {})}
            )
            for target_id, (name, live) in names.items()
            if (row := rows.get(target_id)) is not None
        ]
        best_first = sorted(reports, key=lambda one: (-one.revenue, -one.wins, one.name))
        return RtbReport(targets=tuple(best_first))

    def _report(self, row: Any, name: str, live: int, sold: tuple[int, Decimal]) -> RtbTargetReport:
        pace = self._asking.paces.get(row.target_id)
        wins, revenue = sold
        return RtbTargetReport(
            target_id=row.target_id,
            name=name,
            pings=row.pings,
            bids=row.bids,
            wins=wins,
            revenue=revenue,
            bid_rate=_rate(row.bids, row.pings),
            win_rate=_rate(wins, row.bids),
            answered_rate=_rate(row.answered, row.pings),
            p50_ms=row.p50,
            p95_ms=row.p95,
            p99_ms=row.p99,
            live=live,
            circuit_open_until=pace.open_until if pace else None,
            patience_ms=pace.patience_ms if pace else None,
            worth=round(pace.worth, 4) if pace else None,
        )


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _shown(row: Any) -> AuctionShown:
    price = None if row.price is None else Money(amount=row.price, currency=row.currency)
    return AuctionShown(
        auction_id=row.id,
        call_id=row.call_id,
        step=row.step,
        at=row.at,
        rtb_router_id=row.router_id,
        router_name=row.router_name,
        campaign_id=row.campaign_id,
        reason=row.reason,
        target_id=row.target_id,
        target_name=row.target_name,
        price=price,
        asked=row.asked,
        bids=row.bids,
        milliseconds=row.milliseconds,
        connected=row.connected,
    )


def detail_of(
    shown: AuctionShown, auction: Auction, more: Mapping[RtbTargetId, Mapping[str, Any]]
) -> AuctionDetail:
    """An auction with what else is known of each bidder."""
    others = [entry for entry in auction.entries if entry.place is None]
    return AuctionDetail(
        auction=shown,
        bidders=tuple(
            _bidder(entry, more.get(entry.target_id, {})) for entry in (*auction.order, *others)
        ),
        deadline_ms=auction.deadline_ms,
        seed=auction.seed,
        is_test=auction.offered.is_test,
    )


def _bidder(entry: Entry, more: Mapping[str, Any]) -> BidShown:
    said = entry.bid
    plain = {name: getattr(entry, name) for name in Entry.model_fields if name != "bid"}
    return BidShown(
        **plain,
        **more,
        destination=said.destination if said else None,
        required_seconds=said.required_seconds if said else None,
        expires_at=said.expires_at if said else None,
    )
