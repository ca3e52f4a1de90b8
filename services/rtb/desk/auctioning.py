"""The auction desk: sells one call, keeps a place with the winner, and records it all."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from libs.contracts.auction import (
    AuctionClosed,
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
from libs.runtime.outbox import Announcement
from services.rtb.desk.asking import AskingDesk, Closed, House, Occasion, new_auction_id
from services.rtb.desk.behind import Behind
from services.rtb.domain.books import Books
from services.rtb.domain.notices import notices_of
from services.rtb.domain.offer import Offered, request_id_of, sip_headers_of
from services.rtb.domain.record import Auction, Entry
from services.rtb.memory import Memory
from services.rtb.store.auctions import AnsweredMeanwhile, Auctions, Draft, Seen, Sold

RECORD_RESERVE_MS = 150  # kept back of the asker's time, for taking a place and recording
RETRY_MS = 50  # between two tries while the database is away
RING_SECONDS = 30  # of a leg to a bidder that sets nothing: the most that holds reckon with
ANSWER_GRACE_SECONDS = 30  # after ringing must be over, the carrier is asked
EXPIRY_MARGIN_SECONDS = 60  # the carrier's own delays in ending a leg


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
        draft = self._draft(question, unsold, None, answer, {}, is_new=True)
        async with self._store.hot() as connection, connection.transaction():
            await self._store.keep(connection, draft)
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
        return await self._asking.hold(occasion, books, within_ms, late)

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
        now = self._clock.now()
        full: set[RtbTargetId] = set()
        async with self._store.hot() as connection, connection.transaction():
            winner: Entry | None = None
            for entry in auction.order:
                target = books.targets.get(entry.target_id)
                if target is None or entry.target_id in seen.sold_to or _expired(entry, now):
                    continue
                if await self._store.take(connection, question.account_id, target, now):
                    winner = entry
                    break
                full.add(entry.target_id)
            is_new = closed is not None
            answer = self._answer(question, books, auction, winner, full, is_new=is_new)
            settled = _with_losses(auction, winner, full)
            draft = self._draft(question, settled, winner, answer, books.targets, is_new=is_new)
            await self._store.keep(connection, draft)
        self._store.announce(draft.facts)
        if closed is not None:
            self._behind.keep(question.account_id, replace(closed, auction=settled), books)
        return answer

    def _answer(
        self,
        question: HoldAuction,
        books: Books,
        auction: Auction,
        winner: Entry | None,
        full: set[RtbTargetId],
        *,
        is_new: bool,
    ) -> AuctionResult:
        if winner is not None:
            return self._won(books.targets[winner.target_id], winner, auction)
        fallback = auction.router.fallback
        if is_new and fallback is not None:
            return _fallen_back(auction, self._clock)
        nothing = Unsold.ALL_FULL if full else Unsold.NOTHING_LEFT
        reason = auction.unsold or nothing if is_new else nothing
        return AuctionUnsold(auction_id=auction.id, reason=reason, asked=auction.asked)

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

    def _draft(
        self,
        question: HoldAuction,
        auction: Auction,
        winner: Entry | None,
        answer: AuctionResult,
        targets: Mapping[RtbTargetId, RtbTarget],
        *,
        is_new: bool,
    ) -> Draft:
        key = {
            "account_id": question.account_id,
            "call_id": question.call_id,
            "step": question.step,
        }
        now = self._clock.now()
        outcome = {
            **key,
            "router_id": question.rtb_router_id,
            "at": now,
            "answer": answer.model_dump_json(),
        }
        return Draft(
            outcome=outcome,
            auction=_auction_row(key, auction, winner) if is_new else None,
            sold=_sold(question, key, auction, winner, answer),
            notices=[
                {**key, **_NOTICE, "at": now, **one.row()}
                for one in notices_of(auction, winner, targets, is_new=is_new)
            ],
            facts=(_fact(question, auction, winner, answer),) if is_new else (),
        )


_NOTICE: Mapping[str, Any] = {"tries": 0, "told_at": None, "failure": ""}


def _expired(entry: Entry, now: Any) -> bool:
    assert entry.bid is not None, "who has a place has bid"
    return bool(entry.bid.expires_at <= now)


def _with_losses(auction: Auction, winner: Entry | None, full: set[RtbTargetId]) -> Auction:
    """The auction with what the claim found: who was full, and who won after all."""
    if winner is None and not full:
        return auction
    entries = tuple(
        entry.model_copy(update={"loss": None})
        if winner is not None and entry.target_id == winner.target_id
        else entry.model_copy(update={"loss": Loss.FULL})
        if entry.target_id in full
        else entry
        for entry in auction.entries
    )
    return auction.model_copy(update={"entries": entries})


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


def _auction_row(key: Mapping[str, Any], auction: Auction, winner: Entry | None) -> dict[str, Any]:
    reason = None if winner else auction.unsold or Unsold.ALL_FULL
    price = winner.price if winner else None
    return {
        **key,
        "id": auction.id,
        "router_id": auction.router.id,
        "router_name": auction.router.name,
        "campaign_id": auction.campaign_id,
        "at": auction.offered.at,
        "reason": reason,
        "target_id": winner.target_id if winner else None,
        "target_name": winner.name if winner else "",
        "price": price.amount if price else None,
        "currency": auction.router.currency,
        "asked": auction.asked,
        "bids": auction.bids,
        "milliseconds": auction.milliseconds,
        "record": auction.model_dump_json(),
    }


def _sold(
    question: HoldAuction,
    key: Mapping[str, Any],
    auction: Auction,
    winner: Entry | None,
    answer: AuctionResult,
) -> Sold | None:
    if winner is None or not isinstance(answer, AuctionWon):
        return None
    ring = answer.ring_seconds or RING_SECONDS
    whose = {**key, "target_id": winner.target_id, "auction_id": auction.id}
    reservation = {
        **whose,
        "account_sid": question.account_sid,
        "call_sid": question.call_sid,
        "destination": str(answer.destination),
        "ask_after": ring + ANSWER_GRACE_SECONDS,
        "lasts": ring + question.limit_seconds + EXPIRY_MARGIN_SECONDS,
    }
    sale = {
        **whose,
        "campaign_id": question.campaign_id,
        "caller": question.caller.text,
        "at": auction.offered.at,
        "price": answer.price.amount,
        "required_seconds": answer.required_seconds,
        "request_id": request_id_of(auction.id, winner.target_id),
    }
    return Sold(winner, reservation, sale)


def _fact(
    question: HoldAuction, auction: Auction, winner: Entry | None, answer: AuctionResult
) -> Announcement:
    fact = AuctionClosed(
        call_id=question.call_id,
        account_id=question.account_id,
        step=question.step,
        at=auction.offered.at,
        seen_at=auction.offered.at,
        auction_id=auction.id,
        rtb_router_id=auction.router.id,
        router_name=auction.router.name,
        campaign_id=auction.campaign_id,
        sold=winner is not None,
        reason=answer.reason if isinstance(answer, AuctionUnsold) else None,
        target_id=winner.target_id if winner else None,
        target_name=winner.name if winner else "",
        price=winner.price if winner else None,
        asked=auction.asked,
        bids=auction.bids,
        milliseconds=auction.milliseconds,
    )
    return Announcement(fact.subject, fact.model_dump_json())
