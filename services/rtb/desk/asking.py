"""The asking desk: holds one auction among a router's bidders, and closes it."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from uuid import uuid4

from libs.contracts.auction import Loss
from libs.contracts.bidding import RtbRouter, RtbTarget
from libs.contracts.ids import AccountId, AuctionId, CallId, CampaignId, RtbTargetId
from libs.contracts.screening import CallerHistory
from libs.rules.finding import Finding
from libs.runtime.clock import Clock
from services.rtb.bidders import Asking, Bidders, Heard, WhenLate
from services.rtb.domain.bid import Bid, NoBid
from services.rtb.domain.books import Books
from services.rtb.domain.closing import Held, close
from services.rtb.domain.eligibility import Circumstances, not_asked, wants_history
from services.rtb.domain.offer import Request, offer_of
from services.rtb.domain.offered import Offered
from services.rtb.domain.pacing import Pace
from services.rtb.domain.record import Auction
from services.rtb.domain.reply import Reply, read_reply
from services.rtb.store.auctions import Auctions

Spared = Mapping[RtbTargetId, tuple[Loss, Finding]]


@dataclass(frozen=True, slots=True)
class House:
    """What is ours in every auction: the secret of callers' tokens, and our own SIP hosts."""

    secret: bytes
    own_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Occasion:
    """A call to be sold: whose it is, and to which campaign it belongs."""

    account_id: AccountId
    call_id: CallId
    campaign_id: CampaignId
    router: RtbRouter
    offered: Offered


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed auction with what was said in it."""

    auction: Auction
    requests: Mapping[RtbTargetId, Request]
    replies: Mapping[RtbTargetId, Reply]


@dataclass
class _Line:
    """Who stands in line to be asked, and who is spared."""

    spared: dict[RtbTargetId, tuple[Loss, Finding]] = field(default_factory=dict)
    asked: list[RtbTarget] = field(default_factory=list)
    explored: set[RtbTargetId] = field(default_factory=set)

    def sort_out(
        self, targets: list[RtbTarget], why: Callable[[RtbTarget], tuple[Loss, Finding] | None]
    ) -> None:
        self.asked = []
        for target in targets:
            no = why(target)
            if no is None:
                self.asked.append(target)
            else:
                self.spared[target.id] = no


class AskingDesk:
    """One per process; keeps how fast bidders answer here, and nothing else."""

    def __init__(  # noqa: PLR0917 - wired twice, in app.py
        self,
        store: Auctions,
        bidders: Bidders,
        clock: Clock,
        house: House,
        draw_seed: Callable[[], int],
        paces: defaultdict[RtbTargetId, Pace] | None = None,
    ) -> None:
        self._store = store
        self._bidders = bidders
        self._clock = clock
        self._house = house
        self._draw_seed = draw_seed
        self.paces = defaultdict(Pace) if paces is None else paces

    async def hold(
        self, occasion: Occasion, books: Books, within_ms: float, when_late: WhenLate
    ) -> Closed:
        """Ask all that are eligible, within so many ms, and close."""
        began = time.perf_counter()
        router, seed = occasion.router, self._draw_seed()
        line = await self._line_up(occasion, books, seed, within_ms)
        left_ms = within_ms - (time.perf_counter() - began) * 1_000
        askings = {
            target.id: self._asking(target, occasion.offered, left_ms) for target in line.asked
        }

        def read(target_id: RtbTargetId, reply: Reply) -> Bid | NoBid:
            target = books.targets[target_id]
            return read_reply(target, reply, self._clock.now(), self._house.own_hosts)

        def came_late(target_id: RtbTargetId, late: Heard) -> None:
            loss = late.said.loss if isinstance(late.said, NoBid) else None
            self.paces[target_id].came_late(loss, late.reply.milliseconds)
            when_late(target_id, late)

        heard = await self._bidders.ask(list(askings.values()), left_ms, read, came_late)
        auction = close(
            Held(
                id=occasion.offered.auction_id,
                campaign_id=occasion.campaign_id,
                offered=occasion.offered,
                router=router,
                targets=books.targets,
                spared=line.spared,
                asked={target_id: one.patience_ms for target_id, one in askings.items()},
                explored=frozenset(line.explored),
                said={target_id: one.said for target_id, one in heard.items()},
                took={target_id: one.reply.milliseconds for target_id, one in heard.items()},
                seed=seed,
                deadline_ms=int(within_ms),
                milliseconds=int((time.perf_counter() - began) * 1_000),
            )
        )
        self._learn(auction)
        requests = {target_id: asking.request for target_id, asking in askings.items()}
        replies = {target_id: one.reply for target_id, one in heard.items()}
        return Closed(auction, requests, replies)

    async def _line_up(
        self, occasion: Occasion, books: Books, seed: int, within_ms: float
    ) -> _Line:
        members = [
            books.targets[member.target_id]
            for member in occasion.router.members
            if member.target_id in books.targets
        ]
        about = Circumstances(
            campaign_id=occasion.campaign_id,
            now=self._clock.now(),
            counters=await self._store.counters(occasion.account_id, members),
            history=await self._past(occasion, members),
        )
        line = _Line()
        line.sort_out(members, lambda target: not_asked(target, occasion.offered, about))
        explore = Random(seed)  # noqa: S311 - a share, not a secret
        share = occasion.router.explore_percent / 100

        def too_slow(target: RtbTarget) -> tuple[Loss, Finding] | None:
            if not target.adaptive:
                return None
            no = self.paces[target.id].spared(within_ms, about.now)
            if no is None or explore.random() >= share:
                return no
            line.explored.add(target.id)
            return None

        line.sort_out(line.asked, too_slow)
        free = await self._store.may_ask(occasion.account_id, line.asked)
        line.sort_out(line.asked, lambda target: None if target.id in free else _often(target))
        return line

    async def _past(self, occasion: Occasion, members: list[RtbTarget]) -> CallerHistory:
        number = occasion.offered.caller.number
        if number is None or not wants_history(members):
            return CallerHistory()
        return await self._store.past(occasion.account_id, number, occasion.call_id)

    def _asking(self, target: RtbTarget, offered: Offered, left_ms: float) -> Asking:
        timeout_ms = int(min(target.timeout_ms, left_ms))
        patience_ms = self.paces[target.id].patience(timeout_ms, adaptive=target.adaptive)
        return Asking(target.id, self._offer(target, offered, patience_ms), timeout_ms, patience_ms)

    def _offer(self, target: RtbTarget, offered: Offered, timeout_ms: int) -> Request:
        return offer_of(target, offered, timeout_ms, self._clock.now(), self._house.secret)

    def _learn(self, auction: Auction) -> None:
        now, gain = self._clock.now(), auction.gain
        for entry in auction.entries:
            if entry.asked:
                loss = None if entry.bid is not None else entry.loss
                took = entry.timeout_ms if entry.milliseconds is None else entry.milliseconds
                won = gain if entry.place == 0 else 0.0
                self.paces[entry.target_id].heard(loss, took, won, now)


def _often(target: RtbTarget) -> tuple[Loss, Finding]:
    most = target.requests_per_minute
    return Loss.RATE_LIMITED, Finding(False, "asked as often as it may be", f"{most} a minute")


def new_auction_id() -> AuctionId:
    """The name of an auction."""
    return AuctionId(uuid4())
