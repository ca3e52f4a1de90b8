"""The auction desk: sells one call, keeps a place with the winner, and records it all."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from opentelemetry import metrics

from libs.contracts.auction import (
    AuctionResult,
    AuctionUnsold,
    AuctionWon,
    HoldAuction,
    Loss,
    Unsold,
)
from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.configuration import Status
from libs.contracts.ids import AuctionId, RtbTargetId
from libs.contracts.money import Money
from libs.runtime.clock import Clock
from libs.runtime.database import NOT_NOW
from libs.runtime.deadline import Deadline
from services.rtb.desk.asking import AskingDesk, Closed, House, Occasion, new_auction_id
from services.rtb.desk.behind import Behind
from services.rtb.desk.drafting import draft_of
from services.rtb.domain.books import Books
from services.rtb.domain.offer import sip_headers_of
from services.rtb.domain.offered import Offered
from services.rtb.domain.record import Auction, Entry
from services.rtb.memory import Memory
from services.rtb.store.auctions import AnsweredMeanwhile, Auctions, Seen

RECORD_RESERVE_MS = 150  # kept back of the asker's time, for taking a place and recording
RETRY_MS = 50  # between two tries while the database is away
SECONDS = (0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5)

_meter = metrics.get_meter("rtb")
_seconds = _meter.create_histogram(
    "auctions.seconds",
    unit="s",
    description="How long auctions asked their bidders",
    explicit_bucket_boundaries_advisory=SECONDS,
)
_asked = _meter.create_counter("auctions.asked", description="Bidders that were asked")
_late = _meter.create_counter("auctions.late", description="Bidders who did not answer in time")


class AuctionDesk:
    """One per process; all that it knows of a call is kept in the store."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        store: Auctions,
        memory: Memory,
        asking: AskingDesk,
        behind: Behind,
        clock: Clock,
        house: House,
    ) -> None:
        self._store = store
        self._memory = memory
        self._asking = asking
        self._behind = behind
        self._clock = clock
        self._house = house

    async def sell(self, question: HoldAuction, deadline: Deadline) -> AuctionResult:
        """Sell one step of a call, once; asked again, the answer is the same."""
        seen = await self._look(question)
        if seen.answer is not None:
            return _read(seen.answer)
        books = await self._memory.books(question.account_id, seen.version)
        router = books.routers.get(question.rtb_router_id)
        if router is None:
            return AuctionUnsold(reason=Unsold.ROUTER_UNKNOWN)
        if router.status is not Status.ACTIVE:
            return AuctionUnsold(reason=Unsold.ROUTER_PAUSED)
        closed: Closed | None = None
        if seen.auction is None:
            closed = await self._hold(question, router, books, deadline)
        auction = closed.auction if closed else seen.auction
        assert auction is not None, "held now or before"
        return await self._settle(question, books, auction, seen, deadline, closed)

    async def sound_out(
        self, question: HoldAuction, deadline: Deadline
    ) -> tuple[AuctionId, Money] | None:
        """What the best bidder would pay now: asked in earnest, but nobody is sold anything."""
        seen = await self._look(question)
        books = await self._memory.books(question.account_id, seen.version)
        router = books.routers.get(question.rtb_router_id)
        if router is None or router.status is not Status.ACTIVE or seen.answer is not None:
            return None
        closed = await self._hold(question, router, books, deadline)
        auction = closed.auction
        answer = AuctionUnsold(
            auction_id=auction.id, reason=Unsold.FOR_A_QUOTE, asked=auction.asked
        )
        unsold = auction.for_a_quote()
        draft = draft_of(question, unsold, None, answer, {}, self._clock.now(), is_new=True)
        await self._store.keep(question.account_id, draft, None, self._clock.now())
        self._store.announce(draft.facts)
        self._behind.keep(question.account_id, replace(closed, auction=unsold), books)
        best = next(iter(auction.order), None)
        if best is None or best.price is None:
            return None
        return auction.id, best.price

    async def _look(self, question: HoldAuction) -> Seen:
        return await self._store.look(
            question.account_id, question.call_id, question.step, question.rtb_router_id
        )

    async def _hold(
        self, question: HoldAuction, router: RtbRouter, books: Books, deadline: Deadline
    ) -> Closed:
        offered = Offered(
            auction_id=new_auction_id(),
            at=self._clock.now(),
            campaign_rtb_id=question.campaign_rtb_id,
            caller=question.caller,
            dialled=question.dialled,
            geography=question.geography,
            tags=question.tags,
            owed=question.owed,
        )
        occasion = Occasion(
            question.account_id, question.call_id, question.campaign_id, router, offered
        )
        within_ms = max(0.0, min(router.deadline_ms, deadline.remaining_ms - RECORD_RESERVE_MS))
        late = self._behind.late_of(question.account_id, offered.auction_id, books)
        closed = await self._asking.hold(occasion, books, within_ms, late)
        _seconds.record(closed.auction.milliseconds / 1_000)
        entries = closed.auction.entries
        _asked.add(sum(entry.asked for entry in entries))
        _late.add(sum(entry.loss is Loss.LATE for entry in entries))
        return closed

    async def _settle(  # noqa: PLR0917 - what is settled, and by what
        self,
        question: HoldAuction,
        books: Books,
        auction: Auction,
        seen: Seen,
        deadline: Deadline,
        closed: Closed | None,
    ) -> AuctionResult:
        """Take the first place there is, and keep the answer; a short outage is waited out."""
        while True:
            try:
                return await self._settled(question, books, auction, seen, closed)
            except AnsweredMeanwhile:
                again = await self._look(question)
                assert again.answer is not None, "somebody has answered"
                return _read(again.answer)
            except NOT_NOW:
                if deadline.remaining_ms < RETRY_MS:
                    raise
                await asyncio.sleep(RETRY_MS / 1_000)

    async def _settled(
        self,
        question: HoldAuction,
        books: Books,
        auction: Auction,
        seen: Seen,
        closed: Closed | None,
    ) -> AuctionResult:
        """The first who has room wins; where nobody has, that is kept as well."""
        lost: dict[RtbTargetId, Loss] = {}
        for entry in auction.order:
            loss = self._barred(books, seen, entry)
            if loss is None:
                sold = await self._kept(question, books, auction, entry, lost, closed)
                if sold is not None:
                    return sold
                loss = Loss.FULL
            lost[entry.target_id] = loss
        unsold = await self._kept(question, books, auction, None, lost, closed)
        assert unsold is not None, "nobody's room is needed"
        return unsold

    def _barred(self, books: Books, seen: Seen, entry: Entry) -> Loss | None:
        """Why a bidder cannot have this step, whatever room it has."""
        if entry.target_id in seen.sold_to:
            return Loss.DUPLICATE
        if entry.target_id not in books.targets:
            return Loss.TARGET_PAUSED
        return Loss.EXPIRED if entry.is_over(self._clock.now()) else None

    async def _kept(  # noqa: PLR0917 - what is settled, by what, and for whom
        self,
        question: HoldAuction,
        books: Books,
        auction: Auction,
        winner: Entry | None,
        lost: Mapping[RtbTargetId, Loss],
        closed: Closed | None,
    ) -> AuctionResult | None:
        """Keep the answer with a place taken for it; None: the winner has no room."""
        is_new, now = closed is not None, self._clock.now()
        settled = auction.settled(winner, lost, is_new=is_new)
        answer = self._answer(books, settled, winner, is_new=is_new)
        draft = draft_of(question, settled, winner, answer, books.targets, now, is_new=is_new)
        taking = books.targets[winner.target_id] if winner else None
        if not await self._store.keep(question.account_id, draft, taking, now):
            return None
        self._store.announce(draft.facts)
        if closed is not None:
            self._behind.keep(question.account_id, replace(closed, auction=settled), books)
        return answer

    def _answer(
        self, books: Books, auction: Auction, winner: Entry | None, *, is_new: bool
    ) -> AuctionResult:
        if winner is not None:
            return self._won(books.targets[winner.target_id], winner, auction)
        fallback = auction.router.fallback
        if is_new and fallback is not None:
            return _fallen_back(auction, self._clock)
        assert auction.unsold is not None, "nobody won"
        return AuctionUnsold(auction_id=auction.id, reason=auction.unsold, asked=auction.asked)

    def _won(self, target: RtbTarget, winner: Entry, auction: Auction) -> AuctionWon:
        assert winner.bid is not None, "who wins has bid"
        assert winner.price is not None, "who wins pays"
        return AuctionWon(
            auction_id=auction.id,
            target_id=winner.target_id,
            target_name=winner.name,
            company=winner.company,
            destination=winner.bid.destination,
            price=winner.price,
            required_seconds=winner.bid.required_seconds,
            expires_at=winner.bid.expires_at,
            ring_seconds=target.ring_seconds,
            digits=target.digits,
            sip_headers=sip_headers_of(target, auction.offered, self._house.secret),
            bids=auction.bids,
            asked=auction.asked,
        )


def _fallen_back(auction: Auction, clock: Clock) -> AuctionWon:
    assert auction.router.fallback is not None, "checked before"
    return AuctionWon(
        auction_id=auction.id,
        target_id=None,
        target_name=f"{auction.router.name}: fallback",
        destination=auction.router.fallback,
        price=Money(amount=0, currency=auction.router.currency),
        expires_at=clock.now(),
        bids=auction.bids,
        asked=auction.asked,
    )


def _read(answer: str) -> AuctionResult:
    read: AuctionResult = HoldAuction.answers.validate_json(answer)
    return read
