"""A desk with caps of every kind, a model of what it should count, and ways to disturb both."""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg

from libs.contracts.call_settings import Conversion
from libs.contracts.calls import CallEnded, CallFellBack, CallStatus, Fact, LegEnded
from libs.contracts.caps import Caps, Counted, Limit, Period
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Defaults,
    Group,
    Limited,
    Member,
    Target,
)
from libs.contracts.ids import AccountId, CallId, PublisherId
from libs.contracts.money import usd
from libs.contracts.phone import PhoneDestination, read_caller
from libs.contracts.routing import AdmitCall, DialNext
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Outbox
from services.router import tables
from services.router.desk.auctions import AuctionHouse
from services.router.desk.holds import HoldsDesk
from services.router.desk.lookups import Lookups
from services.router.desk.routing import RoutingDesk
from services.router.desk.visits import VisitLookup
from services.router.domain.candidate import Scope
from services.router.domain.context import PublisherSeen
from services.router.domain.dialling import destination_of
from services.router.domain.plan import Plan, Shelf, plan_of
from services.router.memory import Found
from services.router.store.agent_calls import AgentCalls
from services.router.store.claims import Claims
from services.router.store.decisions import Decisions
from services.router.store.history import History
from services.router.store.holds import Holds
from services.router.store.quotes import Quotes

ACCOUNT_SID = "AC" + "1" * 32
START = datetime(2026, 3, 7, 12, tzinfo=UTC)  # the day before New York puts its clocks forward
CONVERTS_AFTER = 60
WORTH = Decimal("12.5")


SENT_BY = Limited(
    zone="America/New_York",
    caps=Caps(concurrency=3, limits=(Limit(period=Period.TOTAL, most=60),)),
)
PUBLISHER = PublisherSeen(
    id=PublisherId(UUID(int=77)),
    name="Mail House",
    limits=SENT_BY,
)
WHOLE_CALL = Scope(id=PUBLISHER.id, kind="publisher", name="Mail House", limits=SENT_BY)


def a_plan(account_id: AccountId) -> Plan:
    """Two targets of a group of a buyer; caps everywhere, in zones that differ."""
    buyer = Buyer(
        id=uuid4(),
        name="Acme",
        zone="America/New_York",
        caps=Caps(limits=(Limit(period=Period.DAY, counts=Counted.CONVERSION, most=5),)),
        conversion=Conversion(after_seconds=CONVERTS_AFTER, revenue=usd(str(WORTH))),
    )
    targets = [
        Target(
            id=uuid4(),
            buyer_id=buyer.id,
            name=f"desk {number}",
            destination=PhoneDestination(number=f"+1555010000{number}"),
            zone="Asia/Kathmandu",
            caps=Caps(concurrency=2, limits=(Limit(period=Period.HOUR, most=4),)),
        )
        for number in (1, 2)
    ]
    group = Group(
        id=uuid4(),
        name="Day shift",
        members=tuple(Member(target_id=target.id) for target in targets),
        caps=Caps(
            concurrency=3, limits=(Limit(period=Period.DAY, counts=Counted.CONNECTION, most=8),)
        ),
    )
    campaign = Campaign(
        id=uuid4(),
        name="Roofing",
        status=CampaignStatus.ACTIVE,
        assignments=(Assignment(group_id=group.id),),
        zone="America/New_York",
        caps=Caps(limits=(Limit(period=Period.TOTAL, counts=Counted.REVENUE, most=150),)),
    )
    shelf = Shelf(
        Defaults(),
        {buyer.id: buyer},
        {target.id: target for target in targets},
        {group.id: group},
    )
    return plan_of(account_id, campaign, shelf, 1)


class OnePlan:
    """A memory that knows one campaign."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def find(self, dialled: str, pool_id: UUID | None, account_sid: str) -> Found:
        return Found(self._plan.account_id, None, self._plan)

    def plan(self, account_id: UUID, campaign_id: UUID) -> Plan:
        return self._plan

    def may_recover(self, account_id: UUID) -> bool:
        return False


class OnePublisher:
    """A book that knows one publisher, who sends all calls."""

    def seen(self, *_: object) -> PublisherSeen:
        return PUBLISHER


class Hands:
    """A clock that is put where a test wants it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@dataclass
class Leg:
    """A leg as the model knows it."""

    call_id: CallId
    scopes: tuple[Scope, ...]
    at: datetime
    live: bool = True
    open: bool = True
    connected: bool = False
    converted: bool = False
    cancelled: bool = False


@dataclass
class Desk:
    """Two routers on one database, and a model of what they should count."""

    url: str
    plan: Plan
    clock: Hands = field(default_factory=Hands)
    legs: list[Leg] = field(default_factory=list)

    async def open(self) -> None:
        self.databases = [Database(self.url, f"router {number}") for number in (1, 2)]
        self.desks = []
        for database in self.databases:
            await database.open()
            broker = Broker("nats://127.0.0.1:1", "router")  # never opened: facts wait
            routing = RoutingDesk(
                OnePlan(self.plan),  # type: ignore[arg-type]
                OnePublisher(),  # type: ignore[arg-type]
                Claims(database, Outbox(database, broker, tables.outbox)),
                Decisions(database),
                Lookups(History(database), self.clock),
                Quotes(database),
                AuctionHouse(Ask(broker)),
                VisitLookup(Ask(broker)),
                self.clock,
                lambda: random.getrandbits(50),
            )
            calls = AgentCalls(database, Outbox(database, broker, tables.outbox))
            holds = HoldsDesk(Holds(database), Quotes(database), calls, Ask(broker))
            self.desks.append((routing, holds))

    async def close(self) -> None:
        for database in self.databases:
            await database.close()

    async def call(self, calls: int) -> None:
        """So many callers at once, at either router, some webhooks twice."""
        ids = [CallId(uuid4()) for _ in range(calls)]
        asked = [(call_id, desk) for call_id in ids for desk in self.desks]
        await asyncio.gather(*(self._admit(call_id, desk[0]) for call_id, desk in asked))

    async def _admit(self, call_id: CallId, desk: RoutingDesk) -> None:
        question = AdmitCall(
            call_id=call_id,
            account_sid=ACCOUNT_SID,
            call_sid="CA1",
            caller=read_caller("+12125550100"),
            dialled="+18005550100",
        )
        outcome = await desk.admit(question, Deadline.within(5_000))
        if isinstance(outcome, DialNext) and all(leg.call_id != call_id for leg in self.legs):
            chosen = next(
                candidate
                for candidate in self.plan.candidates
                if destination_of(candidate) == outcome.dial.destination
            )
            self.legs.append(Leg(call_id, (*chosen.scopes, WHOLE_CALL), self.clock.at))

    async def hear(self, at: int, fact: Fact) -> None:
        """A fact, at one of the routers, perhaps not for the first time."""
        await self.desks[at % 2][1].hear([fact])

    def leg_ended(self, leg: Leg, *, bridged: bool | None, seconds: int) -> LegEnded:
        """The leg is over; who is told how it was may count it."""
        leg.live = False
        if bridged is not None and not leg.cancelled:
            if leg.open or leg.connected or bridged:
                leg.connected = leg.connected or bridged
                leg.converted = leg.converted or (bridged and seconds >= CONVERTS_AFTER)
            leg.open = False
        return LegEnded(
            **self._about(leg),
            status=CallStatus.COMPLETED,
            bridged=bridged,
            seconds=seconds,
        )

    def call_ended(self, leg: Leg) -> CallEnded:
        """The caller is gone."""
        leg.live = False
        return CallEnded(**self._about(leg), status=CallStatus.COMPLETED)

    def fell_back(self, leg: Leg) -> CallFellBack:
        """The ingress never heard of it."""
        leg.live = leg.open = False
        leg.cancelled = True
        return CallFellBack(**self._about(leg), reason="the router is silent")

    def _about(self, leg: Leg) -> dict[str, Any]:
        return {
            "call_id": leg.call_id,
            "account_id": self.plan.account_id,
            "at": self.clock.at,
            "seen_at": self.clock.at,
        }

    def counted(self) -> dict[tuple[UUID, str], dict[str, Decimal]]:
        """The counters as they are."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "SELECT scope_id, measure, live, possible, total_count FROM router.counter"
            ).fetchall()
        return {
            (row[0], row[1]): {"live": Decimal(row[2]), "possible": row[3], "total": row[4]}
            for row in rows
        }

    def expected(self) -> dict[tuple[UUID, str], dict[str, Decimal]]:
        """The counters as the model has them."""
        books: dict[tuple[UUID, str], dict[str, Decimal]] = {}
        for leg in self.legs:
            for scope in leg.scopes:
                for measure, amount, reached in (
                    (Counted.ATTEMPT, Decimal(1), not leg.cancelled),
                    (Counted.CONNECTION, Decimal(1), leg.connected),
                    (Counted.CONVERSION, Decimal(1), leg.converted),
                    (Counted.REVENUE, WORTH, leg.converted),
                ):
                    nothing = dict.fromkeys(("live", "possible", "total"), Decimal(0))
                    tally = books.setdefault((scope.id, measure.value), nothing)
                    if measure is Counted.ATTEMPT:
                        tally["live"] += leg.live
                    elif leg.open:
                        tally["possible"] += amount
                    if reached:
                        tally["total"] += amount
        return books


def scopes_of(plan: Plan) -> dict[UUID, Scope]:
    """Everything whose caps a call of the plan must keep."""
    scopes = [scope for candidate in plan.candidates for scope in candidate.scopes]
    return {scope.id: scope for scope in (*scopes, WHOLE_CALL)}


def prepare(url: str, plan: Plan) -> None:
    """Counters for every thing and measure."""
    scopes = scopes_of(plan)
    with psycopg.connect(url, autocommit=True) as connection:
        for scope_id in scopes:
            for measure in Counted:
                connection.execute(
                    "INSERT INTO router.counter (account_id, scope_id, measure, hour_at, day_at,"
                    " week_at, month_at) VALUES (%s, %s, %s, 'epoch', 'epoch', 'epoch', 'epoch')",
                    [plan.account_id, scope_id, measure.value],
                )


def later(clock: Hands, hours: int) -> None:
    """Time goes on."""
    clock.at += timedelta(hours=hours, minutes=7)
