"""The looking desk: auctions as they were, how bidders do, and tests that leave no trace."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

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
    Pinged,
    PingRtbTarget,
    RehearseAuction,
    ReportRtb,
    RtbReport,
    RtbTargetReport,
    TestCall,
)
from libs.contracts.bidding import RtbTarget
from libs.contracts.ids import CallId, CampaignId, RtbTargetId
from libs.contracts.money import Money
from libs.rules.masking import MASK, masked_text
from libs.rules.secrets import secrets_in, unmasked
from libs.runtime.clock import Clock
from libs.runtime.deadline import Deadline
from services.rtb.bidders import Asking, Bidders
from services.rtb.desk.asking import AskingDesk, House, Occasion, new_auction_id
from services.rtb.desk.auctioning import RECORD_RESERVE_MS
from services.rtb.domain.bid import NoBid
from services.rtb.domain.offer import Request, offer_of
from services.rtb.domain.offered import Offered
from services.rtb.domain.record import Auction, Entry
from services.rtb.domain.reply import Reply, read_reply
from services.rtb.domain.unfit import Missing, Unfit, check
from services.rtb.memory import Memory
from services.rtb.store.looking import Looking

NO_CALL = CallId(UUID(int=0))
NO_CAMPAIGN = CampaignId(UUID(int=0))
_NOWHERE = ("document", "give one of target_id and document")


class LookingDesk:
    """Reads; sends test requests; holds, counts and records nothing."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        looking: Looking,
        memory: Memory,
        asking: AskingDesk,
        bidders: Bidders,
        clock: Clock,
        house: House,
    ) -> None:
        self._looking = looking
        self._memory = memory
        self._asking = asking
        self._bidders = bidders
        self._clock = clock
        self._house = house

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
        return _detail(_shown(row), auction, more)

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

    async def ping(self, question: PingRtbTarget) -> Pinged:
        """Ask one bidder about a test call, or only show what it would be asked."""
        target = await self._target(question)
        offered = await self._offered(question)
        now = self._clock.now()
        request = offer_of(target, offered, target.timeout_ms, now, self._house.secret)
        hidden = list(secrets_in(target.model_dump(mode="json")).values())
        told = masked_text(_written(request), hidden)
        if not question.send:
            return Pinged(sent=False, request=told)
        reply = await self._bidders.one(
            Asking(target.id, request, target.timeout_ms, target.timeout_ms)
        )
        return self._pinged(target, told, reply, hidden)

    async def rehearse(self, question: RehearseAuction, deadline: Deadline) -> AuctionDetail:
        """Hold an auction that is a test; raise Missing."""
        books = await self._memory.latest(question.account_id)
        router = books.routers.get(question.rtb_router_id)
        if router is None:
            raise Missing
        offered = self._made_up(question.call)
        occasion = Occasion(question.account_id, NO_CALL, NO_CAMPAIGN, router, offered)
        within_ms = min(router.deadline_ms, deadline.remaining_ms - RECORD_RESERVE_MS)
        closed = await self._asking.hold(occasion, books, within_ms, lambda *_: None)
        auction = closed.auction
        winner = next(iter(auction.order), None)
        shown = AuctionShown(
            auction_id=auction.id,
            call_id=NO_CALL,
            step=0,
            at=offered.at,
            rtb_router_id=router.id,
            router_name=router.name,
            campaign_id=NO_CAMPAIGN,
            reason=auction.unsold,
            target_id=winner.target_id if winner else None,
            target_name=winner.name if winner else "",
            price=winner.price if winner else None,
            asked=auction.asked,
            bids=auction.bids,
            milliseconds=auction.milliseconds,
        )
        said = {
            target_id: self._said(request, closed.replies.get(target_id), books.secrets[target_id])
            for target_id, request in closed.requests.items()
        }
        return _detail(shown, auction, said)

    def _said(self, request: Request, reply: Reply | None, hidden: Sequence[str]) -> dict[str, Any]:
        """What was said between us and a bidder, masked."""
        told = {"request": masked_text(_written(request), hidden)}
        if reply is None or reply.status is None:
            return told
        text = masked_text(reply.body.decode(errors="replace"), hidden)
        return {**told, "response": text, "status": reply.status}

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

    async def _target(self, question: PingRtbTarget) -> RtbTarget:
        if (question.target_id is None) == (question.document is None):
            raise Unfit("malformed", "no bidder, or two", [_NOWHERE])
        books = await self._memory.latest(question.account_id)
        if question.document is None:
            assert question.target_id is not None, "one of the two"
            target = books.targets.get(question.target_id)
            if target is None:
                raise Missing
            return target
        known = books.targets.get(question.document.id)
        given = question.document.model_dump(mode="json")
        opened = known.model_dump(mode="json") if known else None
        target = RtbTarget.model_validate(unmasked(given, opened))
        try:
            check(target)
        except Unfit as no:
            problems = [(f"document.{path}", problem) for path, problem in no.problems]
            raise Unfit(no.code, no.text, problems) from no
        return target

    async def _offered(self, question: PingRtbTarget) -> Offered:
        if question.auction_id is None:
            return self._made_up(question.call)
        found = await self._looking.one(question.account_id, question.auction_id)
        if found is None:
            raise Missing
        past = found[1].offered
        return past.model_copy(update={"auction_id": new_auction_id(), "is_test": True})

    def _made_up(self, call: TestCall) -> Offered:
        return Offered(
            auction_id=new_auction_id(),
            at=self._clock.now(),
            campaign_rtb_id=call.campaign_rtb_id or uuid4().hex,
            caller=call.caller,
            dialled=call.dialled,
            geography=call.geography,
            tags=call.tags,
            is_test=True,
        )

    def _pinged(self, target: RtbTarget, told: str, reply: Reply, hidden: list[str]) -> Pinged:
        about: dict[str, Any] = {
            "sent": True,
            "request": told,
            "status": reply.status,
            "milliseconds": round(reply.milliseconds, 2),
            "response": masked_text(reply.body.decode(errors="replace"), hidden),
        }
        said = read_reply(target, reply, self._clock.now(), self._house.own_hosts)
        if isinstance(said, NoBid):
            return Pinged(**about, loss=said.loss, note=said.note, amount=said.amount)
        return Pinged(
            **about,
            amount=said.amount,
            destination=said.destination,
            required_seconds=said.required_seconds,
            expires_at=said.expires_at,
        )


def _written(request: Request) -> str:
    headers = "".join(
        f"{name}: {_proofless(name, value)}\n" for name, value in request.headers.items()
    )
    body = request.body.decode(errors="replace")
    return f"{request.method} {request.url}\n{headers}\n{body}"


def _proofless(name: str, value: str) -> str:
    """A header without what proves who asks: a password stands in it in another writing."""
    if name.lower() != "authorization":
        return value
    return f"{value.partition(' ')[0]} {MASK}"


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
    )


def _detail(
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
