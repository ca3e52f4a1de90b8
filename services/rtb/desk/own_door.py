"""The bidders' desk: lets companies in by their keys, to what is their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from libs.contracts.auction import Unsold
from libs.contracts.bidder_keys import SaleConverted
from libs.contracts.bidding import RtbTarget, SetByBidder
from libs.contracts.bidding_edits import RtbNoun, SaveRtbTarget
from libs.contracts.caps import Period
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, AuctionId, CallId, RtbTargetId
from libs.contracts.money import Money
from libs.rules.periods import began
from libs.rules.secrets import with_secrets
from libs.runtime.clock import Clock
from libs.runtime.outbox import Announcement
from services.rtb.desk.keeping import KeepingDesk
from services.rtb.domain.offered import request_id_of
from services.rtb.domain.own import (
    KEY_PREFIX,
    Converted,
    OwnBid,
    OwnBids,
    OwnConversion,
    OwnLimits,
    OwnReservation,
    OwnReservations,
    OwnSpend,
    OwnSpends,
    OwnTarget,
    OwnTargets,
    digest_of,
)
from services.rtb.domain.unfit import Missing, Unfit
from services.rtb.memory import Memory
from services.rtb.store.bidders_own import BiddersOwn
from services.rtb.store.configuration import Configuration
from services.rtb.store.pings import Pings

REQUESTS_PER_MINUTE = 120  # of one key
DAYS_MAX = 92
LATELY = timedelta(days=7)


class NoKey(Exception):
    """The key opens nothing."""


class TooOften(Exception):
    """The key has been used too often in this minute."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who has come in, and the targets that are its own."""

    account_id: AccountId
    name: str
    key_name: str
    targets: Mapping[RtbTargetId, RtbTarget]

    @property
    def ids(self) -> list[RtbTargetId]:
        """Its targets' ids."""
        return list(self.targets)

    def target(self, target_id: UUID) -> RtbTarget:
        """One of its own; raise Missing."""
        target = self.targets.get(RtbTargetId(target_id))
        if target is None:
            raise Missing
        return target


@dataclass(frozen=True, slots=True)
class Time:
    """From when to when, and after what the page begins."""

    since: datetime
    until: datetime
    cursor: str | None = None
    limit: int = 50


class BiddersDesk:
    """One per process."""

    def __init__(  # noqa: PLR0917 - wired once, in app.py
        self,
        own: BiddersOwn,
        configuration: Configuration,
        memory: Memory,
        keeping: KeepingDesk,
        pings: Pings,
        clock: Clock,
    ) -> None:
        self._own = own
        self._configuration = configuration
        self._memory = memory
        self._keeping = keeping
        self._pings = pings
        self._clock = clock

    def now(self) -> datetime:
        """What time it is here."""
        return self._clock.now()

    async def let_in(self, key: str) -> Company:
        """Whose key it is; raise NoKey or TooOften."""
        row = await self._own.opened_by(digest_of(key)) if key.startswith(KEY_PREFIX) else None
        if row is None:
            raise NoKey
        scope = uuid5(row.id, "requests")
        if not await self._pings.may_ping(row.account_id, {scope: REQUESTS_PER_MINUTE}):
            raise TooOften
        books = await self._memory.latest(row.account_id)
        own = {id_: one for id_, one in books.targets.items() if one.company == row.company}
        return Company(row.account_id, row.company, row.name, own)

    async def targets(self, company: Company) -> OwnTargets:
        """The company's targets, with what is taken of them."""
        counters = await self._own.counters(company.account_id, company.ids)
        shown = (self._target(one, counters.get(one.id)) for one in company.targets.values())
        return OwnTargets(
            company=company.name, targets=tuple(sorted(shown, key=lambda one: one.name))
        )

    async def limit(self, company: Company, target_id: UUID, limits: OwnLimits) -> OwnTarget:
        """Set what the company may; raise Missing, Unfit, or Stale where an edit came between."""
        company.target(target_id)
        kept = await self._configuration.get(company.account_id, RtbNoun.TARGET, target_id)
        if kept is None:
            raise Missing
        opened = with_secrets(kept.document, self._configuration.seal.open)
        target = RtbTarget.model_validate(opened)  # as of that very version
        may = target.bidder_may
        if limits.paused and not may.pause:
            raise Unfit("forbidden", "not allowed", [("paused", "the operator does not allow it")])
        if limits.daily_cap is not None and limits.daily_cap > (may.daily_cap_max or 0):
            allowed = f"at most {may.daily_cap_max}" if may.daily_cap_max else "not allowed"
            raise Unfit("forbidden", "not allowed", [("daily_cap", allowed)])
        by_bidder = SetByBidder.model_validate(limits.model_dump())
        document = target.model_copy(update={"by_bidder": by_bidder})
        actor = Actor(
            name=f"{company.name} ({company.key_name})"[:256], role="bidder", via="bidders"
        )
        await self._keeping.save_target(
            SaveRtbTarget(
                account_id=company.account_id,
                actor=actor,
                expected_version=kept.version,
                document=document,
            )
        )
        counters = await self._own.counters(company.account_id, [document.id])
        return self._target(document, counters.get(document.id))

    async def bids(self, company: Company, time: Time) -> OwnBids:
        """What the company was asked, and what became of it."""
        after = None
        if time.cursor:
            at, _, auction_id = time.cursor.partition("/")
            after = (datetime.fromisoformat(at), UUID(auction_id))
        rows = await self._own.bids(
            company.account_id, company.ids, time.since, time.until, after, time.limit + 1
        )
        page = rows[: time.limit]
        cursor = None
        if len(rows) > len(page):
            cursor = f"{page[-1].at.isoformat()}/{page[-1].auction_id}"
        return OwnBids(bids=tuple(_bid(row) for row in page), cursor=cursor)

    async def reservations(self, company: Company) -> OwnReservations:
        """Places that are taken now."""
        rows = await self._own.reservations(company.account_id, company.ids)
        return OwnReservations(
            reservations=tuple(
                OwnReservation(
                    request_id=request_id_of(AuctionId(row.auction_id), row.target_id),
                    target_id=row.target_id,
                    since=row.decided_at,
                    expires_at=row.expires_at,
                )
                for row in rows
            )
        )

    async def spend(self, company: Company, time: Time) -> OwnSpends:
        """What was bought."""
        rows = await self._own.spend(company.account_id, company.ids, time.since, time.until)
        return OwnSpends(
            spend=tuple(
                OwnSpend(
                    target_id=row.target_id,
                    won=row.won,
                    connected=row.connected,
                    converted=row.converted,
                    owed=Money(
                        amount=row.owed,
                        currency=company.target(row.target_id).currency,
                    ),
                )
                for row in rows
            )
        )

    async def convert(self, company: Company, said: OwnConversion) -> Converted:
        """A call has converted by the company's word, once; raise Missing."""
        sale = await self._own.sale_of(company.account_id, company.ids, said.request_id)
        if sale is None:
            raise Missing
        price = Money(amount=sale.price, currency=company.target(sale.target_id).currency)
        now = self._clock.now()
        fact = SaleConverted(
            call_id=sale.call_id,
            account_id=company.account_id,
            step=sale.step,
            at=now,
            seen_at=now,
            auction_id=sale.auction_id,
            rtb_target_id=sale.target_id,
            amount=price,
        )
        told = Announcement(fact.subject, fact.model_dump_json())
        leg = (CallId(sale.call_id), sale.step)
        is_new = await self._own.convert(company.account_id, leg, told)
        return Converted(request_id=said.request_id, is_new=is_new, price=price)

    def _target(self, target: RtbTarget, counter: Any) -> OwnTarget:
        today = 0
        if counter is not None:
            day = began(Period.DAY, self._clock.now(), target.zone)
            today = counter.day_count if counter.day_at >= day else 0
        return OwnTarget(
            id=target.id,
            name=target.name,
            endpoint=target.endpoint,
            stopped=target.status != "active",
            paused=target.by_bidder.paused,
            may_pause=target.bidder_may.pause,
            daily_cap=target.by_bidder.daily_cap,
            daily_cap_max=target.bidder_may.daily_cap_max,
            live=counter.live if counter is not None else 0,
            won_today=today,
        )


def _bid(row: Any) -> OwnBid:
    def money(amount: Any) -> Money | None:
        return None if amount is None else Money(amount=amount, currency=row.currency)

    won = row.price is not None and row.reason != Unsold.FOR_A_QUOTE
    return OwnBid(
        at=row.at,
        request_id=request_id_of(AuctionId(row.auction_id), row.target_id),
        target_id=row.target_id,
        loss=None if won else row.loss,
        amount=money(row.amount),
        price=money(row.price),
        required_seconds=row.required_seconds,
        connected_at=row.connected_at,
        converted_at=row.converted_at,
        milliseconds=row.milliseconds,
    )
