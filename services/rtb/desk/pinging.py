"""The pinging desk: answers publishers with a bid that is kept, or with a reason."""

import asyncio
import hashlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as SaPoolTimeout

from libs.contracts.auction import HoldAuction
from libs.contracts.ids import AccountId, AuctionId, CallId, QuoteId
from libs.contracts.money import Money
from libs.contracts.pinging import ListPings, PingPrice, PingRules, Pings, PingShown
from libs.contracts.quoting import NotQuoted, QuoteCall, Quoted
from libs.rules.secrets import with_secrets
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.clock import Clock
from libs.runtime.database import NOT_NOW, is_not_now
from libs.runtime.deadline import Deadline
from libs.runtime.seal import Seal
from services.rtb.desk.auctioning import AuctionDesk
from services.rtb.domain.ping import Ping, Unusable, read_ping
from services.rtb.domain.ping_answer import Fields, bid_fields, rejection_fields
from services.rtb.domain.ping_rules import (
    SIGNATURE,
    Denied,
    Pinger,
    Rejected,
    Sent,
    pinger_of,
    pricing_of,
    rejected,
    unfit,
)
from services.rtb.store.configuration import Configuration
from services.rtb.store.pings import Pings as Kept

QUOTE_WITHIN_MS = 1_500
AUCTION_WITHIN_MS = 2_000  # for our own bidders, before that
PINGS_AT_ONCE = 20  # of one process; others are told to come back, and no call waits for them
BUSY_SECONDS = 2  # then the database may have time for pings again
RULES_KEPT = 2_000
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A ping as it came; header names are lower-case."""

    query: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answered:
    """Status and fields of an answer; `retry_after` in seconds."""

    status: int
    fields: Fields
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class _Campaign:
    account_id: AccountId
    version: int
    rules: PingRules


log = logging.getLogger(__name__)


class PingingDesk:
    """One per process."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        configuration: Configuration,
        pings: Kept,
        auctions: AuctionDesk,
        ask: Ask,
        seal: Seal,
        clock: Clock,
    ) -> None:
        self._configuration = configuration
        self._pings = pings
        self._auctions = auctions
        self._ask = ask
        self._seal = seal
        self._clock = clock
        self._open: OrderedDict[str, _Campaign] = OrderedDict()
        self._at_once = asyncio.Semaphore(PINGS_AT_ONCE)

    async def answer(self, rtb_id: str, asked: Asked) -> Answered:
        """Answer one ping."""
        if self._at_once.locked():
            return _slower("too many pings at once", 1)
        try:
            async with self._at_once:
                campaign = await self._campaign(rtb_id)
                if campaign is None:
                    return Answered(404, {"error": "no campaign has this RTB id"})
                return await self._of_campaign(campaign, asked)
        except (*NOT_NOW, SaPoolTimeout, DBAPIError) as fault:
            if isinstance(fault, DBAPIError) and not is_not_now(fault):
                raise
            log.warning("a ping could not be answered: %r", fault)
            return Answered(503, {"error": "nothing can be promised now"}, BUSY_SECONDS)

    async def page(self, question: ListPings) -> Pings:
        """One page of pings."""
        rows = await self._pings.page(question)
        shown = tuple(_shown(row) for row in rows[: question.limit])
        more = len(rows) > len(shown)
        cursor = f"{shown[-1].at.isoformat()}/{shown[-1].ping_id}" if more else None
        return Pings(pings=shown, cursor=cursor)

    async def _campaign(self, rtb_id: str) -> _Campaign | None:
        found = await self._configuration.rules(rtb_id)
        if found is None:
            return None
        account_id, version, document = found
        known = self._open.get(rtb_id)
        if known is None or known.version != version:
            rules = PingRules.model_validate(with_secrets(document, self._seal.open))
            known = self._open[rtb_id] = _Campaign(account_id, version, rules)
        self._open.move_to_end(rtb_id)
        while len(self._open) > RULES_KEPT:
            self._open.popitem(last=False)
        return known

    async def _of_campaign(self, campaign: _Campaign, asked: Asked) -> Answered:
        began = time.perf_counter()
        rules, now = campaign.rules, self._clock.now()
        try:
            # What is not signed is not believed where a body is.
            query = "" if asked.body and SIGNATURE in asked.headers else asked.query
            ping = read_ping(query, asked.body, asked.headers.get("content-type", ""))
            sent = Sent(asked.headers, asked.body or asked.query.encode())
            pinger = pinger_of(rules, ping, sent, now)
        except Unusable as fault:
            return Answered(400, {"error": str(fault)})
        except Denied as no:
            return Answered(401, {"error": str(no)})
        if not await self._is_within_rate(campaign, pinger):
            return _slower("Rate limited (Code: 1024)", MINUTE - now.second)
        if not await self._is_new(campaign, pinger):
            return Answered(401, {"error": "this signature has been used before"})
        attempt = _Attempt(campaign, ping, pinger)
        answer = await self._quoted(attempt)
        took = (time.perf_counter() - began) * 1_000
        await self._pings.keep(attempt.row(now, answer, took))
        if isinstance(answer, Quoted):
            return Answered(200, bid_fields(answer, now))
        return Answered(200, rejection_fields(attempt.ping_id.hex, answer))

    async def _is_new(self, campaign: _Campaign, pinger: Pinger) -> bool:
        if pinger.nonce is None:
            return True
        return await self._pings.is_new(campaign.account_id, pinger.nonce)

    async def _is_within_rate(self, campaign: _Campaign, pinger: Pinger) -> bool:
        limits: dict[UUID, int] = {campaign.rules.id: campaign.rules.requests_per_minute}
        own = pinger.publisher
        if own is not None and own.requests_per_minute is not None:
            limits = {uuid5(campaign.rules.id, own.name.lower()): own.requests_per_minute, **limits}
        free = await self._pings.may_ping(campaign.account_id, limits)
        return len(free) == len(limits)

    async def _quoted(self, attempt: "_Attempt") -> Quoted | Rejected:
        rules, ping = attempt.campaign.rules, attempt.ping
        no = unfit(rules, attempt.pinger, ping)
        if no is not None:
            return no
        best: Money | None = None
        if rules.price is PingPrice.PASS_THROUGH and rules.rtb_router_id is not None:
            best = await self._best_bid(attempt)
            if best is None:
                return Rejected(1003, "No bid")
        question = QuoteCall(
            account_id=attempt.campaign.account_id,
            campaign_id=rules.id,
            quote_id=QuoteId(attempt.ping_id),
            publisher=attempt.pinger.name,
            caller=ping.caller,
            geography=ping.geography,
            tags=ping.tags,
            key=attempt.key,
            pricing=pricing_of(rules, attempt.pinger, ping, best),
        )
        try:
            answer: Quoted | NotQuoted = await self._ask(question, Deadline.within(QUOTE_WITHIN_MS))
        except (Unanswered, Refused) as fault:
            log.warning("no quote could be had: %s", fault)
            return Rejected(1003, "No capacity")
        return answer if isinstance(answer, Quoted) else rejected(answer)

    async def _best_bid(self, attempt: "_Attempt") -> Money | None:
        """What the best of our own bidders would pay now; the auction is kept like any other."""
        rules, ping = attempt.campaign.rules, attempt.ping
        assert rules.rtb_router_id is not None, "asked for only then"
        question = HoldAuction(
            call_id=CallId(attempt.ping_id),
            step=0,
            account_id=attempt.campaign.account_id,
            account_sid=f"AC{attempt.campaign.account_id.hex}",
            call_sid=f"CA{attempt.ping_id.hex}",
            rtb_router_id=rules.rtb_router_id,
            campaign_id=rules.id,
            campaign_rtb_id=rules.rtb_id,
            caller=ping.caller,
            dialled="",
            geography=ping.geography,
            tags=ping.tags,
        )
        found = await self._auctions.sound_out(question, Deadline.within(AUCTION_WITHIN_MS))
        if found is None:
            return None
        attempt.auction_id, best = found
        return best


@dataclass
class _Attempt:
    """One ping on its way."""

    campaign: _Campaign
    ping: Ping
    pinger: Pinger
    ping_id: UUID = field(default_factory=uuid4)
    auction_id: AuctionId | None = None

    @property
    def key(self) -> str:
        """What makes two pings of one publisher and caller the same."""
        told = [sorted(self.ping.tags.items()), self.ping.geography.model_dump()]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]

    def row(self, at: datetime, answer: Quoted | Rejected, took: float) -> dict[str, Any]:
        """What is kept of it."""
        row: dict[str, Any] = {
            "account_id": self.campaign.account_id,
            "id": self.ping_id,
            "campaign_id": self.campaign.rules.id,
            "at": at,
            "publisher": self.pinger.name.replace("\0", ""),
            "caller": self.ping.caller.text,
            "tags": self.ping.tags,
            "currency": self.campaign.rules.currency,
            "auction_id": self.auction_id,
            "milliseconds": round(took, 2),
            **_NOTHING,
        }
        if isinstance(answer, Rejected):
            return row | {"code": answer.code, "reason": answer.reason}
        return row | {
            "quote_id": answer.quote_id,
            "price": answer.price.amount,
            "repeated": answer.repeated,
            "number": answer.number,
            "expires_at": answer.expires_at,
        }


_NOTHING: Mapping[str, Any] = {
    "quote_id": None,
    "price": None,
    "code": None,
    "reason": "",
    "repeated": False,
    "number": "",
    "expires_at": None,
    "call_id": None,
}


def _slower(why: str, seconds: int) -> Answered:
    no = {"accept": False, "bidAmount": 0, "rejectReason": why, "rejectCode": 1024}
    return Answered(429, no, max(1, seconds))


def _shown(row: Any) -> PingShown:
    price = None if row.price is None else Money(amount=row.price, currency=row.currency)
    return PingShown(
        ping_id=row.id,
        at=row.at,
        campaign_id=row.campaign_id,
        publisher=row.publisher,
        caller=row.caller,
        tags=row.tags,
        quote_id=row.quote_id,
        price=price,
        code=row.code,
        reason=row.reason,
        repeated=row.repeated,
        number=row.number,
        expires_at=row.expires_at,
        auction_id=row.auction_id,
        call_id=row.call_id,
        milliseconds=row.milliseconds,
    )
