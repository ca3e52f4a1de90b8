"""Reports say what the calls come to, at any moment, and the same when all is made again."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.calls import CallStatus, Fact, Geography
from libs.contracts.ids import (
    AccountId,
    BuyerId,
    CallId,
    CampaignId,
    PublisherId,
    RtbTargetId,
    TargetId,
)
from libs.contracts.money import Money, usd
from libs.contracts.payouts import PayoutTerms
from libs.contracts.pricing import Telephony
from libs.contracts.reporting import AskReport, Filter, Measures, Report, Reported
from libs.contracts.routing import RouteReason, Terms
from libs.contracts.tracking import GetCall
from libs.contracts.visits import Attribution, Confidence, Ground, Touch
from libs.rules.clocks import zone_of
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from services.tracking.desk.calls import Desk
from services.tracking.desk.rebuilding import RebuildingDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.call import Heard
from services.tracking.domain.reports import TooMuch
from services.tracking.domain.tally import MEASURES, MONEY, lines_of, units
from services.tracking.store.archive import Archive
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.store.reports import Reports
from services.tracking.store.rollups import Rollups
from tests.kit.facts import ACCOUNT, NOON, CallStory
from tests.kit.postgres import Databases

OTHER = AccountId(UUID("00000000-0000-7000-8000-0000000000aa"))
SINCE, UNTIL = NOON - timedelta(days=20, hours=12), NOON + timedelta(days=20)
CURRENCIES = ("USD", "EUR")


def thing(kind: str, number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{ord(kind[0]):02x}{number:010x}")


@dataclass
class Books:
    """Tracking without its broker: who hears, who sums, who reports, who rebuilds."""

    database: Database

    def __post_init__(self) -> None:
        journal = Journal(self.database, SystemClock())
        self.desk = Desk(journal, Calls(self.database))
        self.rollups = Rollups(self.database)
        self.reports = ReportingDesk(Reports(self.database), SystemClock())
        self.rebuilding = RebuildingDesk(Archive(self.database), journal, self.rollups)

    async def hear(self, facts: list[Fact]) -> None:
        await self.desk.keep([Heard(fact, fact.model_dump_json()) for fact in facts])

    async def report(self, account_id: AccountId = ACCOUNT, **more: Any) -> Reported:
        report = Report(**{"since": SINCE, "until": UNTIL} | more)
        return await self.reports.report(
            AskReport(account_id=account_id, report=report, limit=1_000)
        )


@pytest.fixture
async def books(databases: Databases) -> AsyncIterator[Books]:
    database = Database(databases.fresh("tracking"), application_name="test")
    await database.open()
    yield Books(database)
    await database.close()


def brought(draw: random.Random) -> dict[str, Any]:
    """What the router may know of what brought a call."""
    tags = {"gclid": "x", "size": draw.choice(["4", "5\0"])} if draw.random() < 0.5 else {}
    touch = Touch(at=NOON, referrer="https://www.news.example/", landing="https://a.example/roofs")
    visit = Attribution(ground=Ground.HELD, confidence=Confidence.CERTAIN, first=touch, last=touch)
    return {
        "publisher_id": draw.choice([None, PublisherId(thing("publisher", 1))]),
        "tags": tags,
        "attribution": draw.choice([None, visit]),
        "duplicate": draw.choice([None, True, False]),
    }


def worth(draw: random.Random) -> dict[str, Any]:
    """What may be agreed for a leg: in two currencies, with shares that leave odd cents."""
    revenue = Money(
        amount=Decimal(draw.randrange(1, 10_000)) / 100, currency=draw.choice(CURRENCIES)
    )
    return {
        "terms": draw.choice([None, Terms(after_seconds=draw.randrange(60), revenue=revenue)]),
        "payout": draw.choice([None, PayoutTerms(percent=Decimal("33.3333"))]),
        "telephony": draw.choice([None, Telephony(call_minute=usd("0.0085"))]),
    }


def story_of(draw: random.Random) -> list[Fact]:
    """The facts of some call: rolled over or not, sold or not, whole or in parts."""
    account_id = OTHER if draw.random() < 0.2 else ACCOUNT
    began_at = NOON + timedelta(minutes=draw.randrange(-20_000, 20_000))
    story = CallStory(account_id, began_at, CallId(UUID(int=draw.getrandbits(128), version=4)))
    place = Geography(state=draw.choice(["NY", "TX", ""]))
    number = f"+1800555{draw.randrange(3):04}"
    facts: list[Fact] = [story.arrived(dialled=number, geography=place)]
    campaign = CampaignId(thing("campaign", draw.randrange(3)))
    if draw.random() < 0.15:
        facts.append(
            story.closed(reason=draw.choice([RouteReason.CALLER_BLOCKED, RouteReason.NO_TARGET]))
        )
    for step in range(draw.randrange(4)):
        sold = draw.randrange(4)
        facts.append(
            story.routed(
                step,
                campaign_id=campaign,
                campaign_name=f"Campaign {campaign}",
                buyer_id=BuyerId(thing("buyer", sold % 2)),
                target_id=TargetId(thing("target", sold)),
                rtb_target_id=RtbTargetId(thing("rtb", sold)) if sold == 3 else None,
                **brought(draw),
                **worth(draw),
            )
        )
        facts.append(story.ringing(step))
        status = draw.choice([CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.COMPLETED])
        if status == CallStatus.COMPLETED:
            facts.append(story.answered(step))
        facts.append(story.leg_ended(step, status, seconds=draw.randrange(90)))
    facts.append(story.ended(seconds=draw.randrange(200)))
    return draw.sample(facts, draw.randrange(1, len(facts) + 1))


ASKED: list[dict[str, Any]] = [
    {},
    {"group_by": ("campaign",)},
    {"group_by": ("buyer", "target"), "order_by": "attempts"},
    {"group_by": ("day",), "zone": "America/New_York"},
    {"group_by": ("hour", "outcome"), "zone": "Asia/Kathmandu", "until": NOON + timedelta(hours=9)},
    {"group_by": ("week", "buyer"), "zone": "Australia/Lord_Howe"},
    {"group_by": ("month", "state")},
    {"group_by": ("rtb_target", "number")},
    {"group_by": ("campaign", "publisher")},
    {"group_by": ("source",)},
    {"group_by": ("duplicate", "first_source")},
    {"group_by": ("buyer",), "order_by": "profit", "currency": "EUR"},
    {"group_by": ("tag:size",), "filters": (Filter(dimension="landing_page", values=("",)),)},
    {
        "group_by": ("outcome",),
        "filters": (Filter(dimension="campaign", values=(str(thing("campaign", 1)),)),),
    },
    {
        "group_by": ("target",),
        "filters": (
            Filter(dimension="state", values=("NY", "")),
            Filter(dimension="buyer", values=("",), exclude=True),
        ),
    },
]


async def lines_in(books: Books, call_ids: set[CallId]) -> list[dict[str, Any]]:
    """What the account's calls count for, from their records."""
    lines = []
    for call_id in call_ids:
        detail = await books.desk.call(GetCall(account_id=ACCOUNT, call_id=call_id))
        if detail is not None:
            first = min(entry.at for entry in detail.timeline)
            lines += lines_of(detail.call, detail.call.arrived_at or first)
    return lines


def expected(lines: list[dict[str, Any]], **asked: Any) -> dict[tuple[str, ...], Any]:
    """The groups of a report, by plain addition."""
    report = Report(**{"since": SINCE, "until": UNTIL} | asked)
    groups: defaultdict[tuple[str, ...], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(MEASURES, 0)
    )
    for line in lines:
        value = {name: "" if each is None else str(each) for name, each in line.items()}
        value |= {f"tag:{name}": text for name, text in line.get("tags", {}).items()}
        if not report.since <= line["quarter"] < report.until:
            continue
        if any(
            (value.get(one.dimension, "") in one.values) is one.exclude for one in report.filters
        ):
            continue
        key = tuple(
            _part(line["quarter"], word, report.zone) or value.get(word, "")
            for word in report.group_by
        )
        for name in MEASURES:
            if name not in MONEY or line["currency"] == report.currency:
                groups[key][name] += line.get(name, 0)
    return {key: sums for key, sums in groups.items() if any(sums.values())}


def _part(at: datetime, word: str, zone: str) -> str | None:
    local = at.astimezone(zone_of(zone))
    day = local.replace(hour=0, minute=0)
    match word:
        case "hour":
            return local.replace(minute=0).isoformat()
        case "day":
            return day.isoformat()
        case "week":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "month":
            return day.replace(day=1).isoformat()
    return None


def sums_of(report: Reported) -> dict[tuple[str, ...], dict[str, Any]]:
    found = {
        row.keys: {
            name: units(Decimal(row.measures[name] or 0)) if name in MONEY else row.measures[name]
            for name in MEASURES
        }
        for row in report.rows
    }
    return {key: sums for key, sums in found.items() if any(sums.values())}


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
async def test_sums_are_those_of_the_calls_and_are_the_same_made_again(
    databases: Databases, seed: int
) -> None:
    draw = random.Random(seed)
    database = Database(databases.fresh("tracking"), application_name="test")
    await database.open()
    books = Books(database)
    facts = [fact for _ in range(draw.randrange(1, 40)) for fact in story_of(draw)]
    facts += draw.sample(facts, len(facts) // 4)
    draw.shuffle(facts)
    while facts:
        portion, facts = facts[: (size := draw.randrange(1, 30))], facts[size:]
        await books.hear(portion)
        if draw.random() < 0.4:
            await books.rollups.take_up()
    known = {call_id async for some in books.rebuilding._portions() for call_id in some}

    lines = await lines_in(books, known)
    for currency in CURRENCIES:
        totals = (await books.report(currency=currency)).totals
        assert to_the_cent(totals) == await owed(books, known, currency)
    told = []
    for asked in ASKED:
        report = await books.report(**asked)
        assert sums_of(report) == expected(lines, **asked), asked
        told.append(report)
    found = await books.rebuilding.compare()
    assert (found.calls, found.differences) == (len(known), 0)
    assert (await books.rebuilding.rebuild()).differences == 0
    await books.rollups.take_up()
    assert [await books.report(**asked) for asked in ASKED] == told
    async with books.database.hot() as connection:  # only the facts are left
        for table in ("tally", "tally_change", "rollup"):
            await connection.execute(f"DELETE FROM tracking.{table}")
        await connection.execute('UPDATE tracking.call SET told = \'{"least":{},"greatest":{}}\'')
    assert (await books.rebuilding.rebuild()).records == len(known)
    assert [await books.report(**asked) for asked in ASKED] == told
    await database.close()


def to_the_cent(totals: Measures) -> dict[str, Decimal | int | None]:
    return {name: totals[name] for name in (*MONEY, "profit")}


async def owed(books: Books, call_ids: set[CallId], currency: str) -> dict[str, Decimal]:
    """What the account's calls came to, from their records, by plain addition."""
    found = dict.fromkeys(MONEY, Decimal(0))
    for call_id in call_ids:
        detail = await books.desk.call(GetCall(account_id=ACCOUNT, call_id=call_id))
        for effect in detail.call.effects if detail else ():
            if effect.money.currency == currency:
                found[effect.kind.value] += effect.money.amount
    profit = found["revenue"] - found["payout"] - found["cost"]
    return found | {"profit": profit}


async def test_amounts_and_what_follows_from_them(books: Books) -> None:
    agreed: dict[str, Any] = {
        "terms": Terms(after_seconds=30, revenue=usd("10")),
        "payout": PayoutTerms(percent=Decimal("33.3333")),
        "publisher_id": PublisherId(thing("publisher", 1)),
    }
    await books.hear(sold(**agreed) + sold(20, seconds=10, **agreed) + sold(30))
    columns = ("converted", "revenue", "payout", "profit", "margin", "rpc", "conversion_rate")
    report = await books.report(columns=columns, group_by=("publisher",))
    totals = {name: str(value) for name, value in report.totals.items()}
    assert totals == {
        "converted": "1",
        "revenue": "10.0000",
        "payout": "3.3333",
        "profit": "6.6667",
        "margin": "0.6667",
        "rpc": "3.3333",
        "conversion_rate": "0.3333",
    }
    assert list(report.rows[0].measures) == list(columns)
    euros = await books.report(currency="EUR", columns=("revenue", "margin"))
    assert (euros.totals, euros.other_currencies) == ({"revenue": 0, "margin": None}, ("USD",))


def sold(minutes: int = 0, seconds: int = 60, **more: Any) -> list[Fact]:
    """A call that was sold and is over."""
    story = CallStory(began_at=NOON + timedelta(minutes=minutes))
    legs = [story.routed(**more), story.ringing(), story.answered()]
    return [story.arrived(), *legs, story.leg_ended(seconds=seconds), story.ended(seconds=seconds)]


async def test_what_was_miscounted_is_found_and_mended(books: Books) -> None:
    await books.hear(sold() + sold(20))
    await books.rollups.take_up()
    right = await books.report(group_by=("campaign",))
    async with books.database.hot() as connection:
        await connection.execute("UPDATE tracking.rollup SET incoming = 7 WHERE minutes = 1440")
        await connection.execute(
            "DELETE FROM tracking.tally WHERE line = 0 AND quarter > %s", [NOON]
        )
        await connection.execute('UPDATE tracking.call SET told = \'{"least":{},"greatest":{}}\'')

    found = await books.rebuilding.compare()
    assert found.records == 2
    assert found.tallies == 1
    assert found.sums > 0
    await books.rebuilding.rebuild()

    assert (await books.rebuilding.compare()).differences == 0
    assert await books.report(group_by=("campaign",)) == right

    async with books.database.hot() as connection:  # as before calls could be found by status
        await connection.execute("UPDATE tracking.call SET status = NULL")
    assert (await books.rebuilding.rebuild()).records == 2
    assert (await books.rebuilding.compare()).differences == 0


async def test_a_call_that_goes_on_is_counted_once_at_every_moment(books: Books) -> None:
    seen = []
    for fact in sold(seconds=30):
        await books.hear([fact])
        report = await books.report()
        await books.rollups.take_up()
        assert await books.report() == report
        seen.append(
            [report.totals[name] for name in ("incoming", "live", "connected", "call_seconds")]
        )
    assert seen == [
        [0, 0, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [1, 1, 1, 0],
        [1, 0, 1, 30],
    ]


async def test_calls_by_what_brought_them(books: Books) -> None:
    searched = Touch(
        at=NOON, referrer="https://www.search.example/?q=x", landing="https://a.example"
    )
    named = Touch(at=NOON, landing="https://a.example/b", tags={"utm_source": "Mail"})
    visit = Attribution(
        ground=Ground.HELD, confidence=Confidence.CERTAIN, first=searched, last=named
    )
    long = "x" * 2_000  # more than an index takes
    await books.hear(sold(attribution=visit, tags={"utm_campaign": long, "size": "4"}))
    await books.hear(sold(tags={"size": "4"}, duplicate=True) + sold(tags={"size": "5"}))
    by = {
        word: {row.keys[0]: row.measures["incoming"] for row in (await told_by(books, word)).rows}
        for word in ("source", "first_source", "landing_page", "utm_campaign", "tag:size")
    }
    assert by == {
        "source": {"": 2, "mail": 1},
        "first_source": {"": 2, "search.example": 1},
        "landing_page": {"": 2, "https://a.example/b": 1},
        "utm_campaign": {"": 2, long[:200]: 1},
        "tag:size": {"4": 2, "5": 1},
    }
    fours = Filter(dimension="tag:size", values=("4",))
    report = await books.report(group_by=("duplicate",), filters=(fours,))
    assert [row.keys for row in report.rows] == [("",), ("yes",)]
    assert report.totals["duplicates"] == 1


async def test_calls_by_what_their_flows_have_named(books: Books) -> None:
    story = CallStory(began_at=NOON)
    await books.hear([story.arrived(), story.routed(), story.marked("qualified"), *sold()])
    rows = (await told_by(books, "tag:event:qualified")).rows
    assert {row.keys[0]: row.measures["incoming"] for row in rows} == {"yes": 1, "": 1}


async def told_by(books: Books, word: str) -> Reported:
    return await books.report(group_by=(word,))


async def test_sums_that_were_begun_late_are_not_taken_for_whole(books: Books) -> None:
    await books.hear(sold(publisher_id=PublisherId(thing("publisher", 1))))
    await books.rollups.take_up()
    async with books.database.hot() as connection:
        await connection.execute("DELETE FROM tracking.rollup WHERE grouping = 'publisher'")
        await connection.execute("DELETE FROM tracking.summed WHERE grouping = 'publisher'")

    assert (await told_by(books, "publisher")).totals["incoming"] == 1
    assert (await books.rebuilding.rebuild()).sums
    assert (await books.rebuilding.compare()).differences == 0
    assert (await told_by(books, "publisher")).totals["incoming"] == 1
    assert ("publisher",) in await Reports(books.database).summed()


async def test_a_report_beside_the_week_before(books: Books) -> None:
    week = 7 * 24 * 60
    await books.hear(sold(seconds=60) + sold(15, seconds=20) + sold(-week, seconds=100))
    hours: dict[str, Any] = {"since": NOON - timedelta(hours=1), "until": NOON + timedelta(hours=2)}

    report = await books.report(
        **hours, group_by=("hour",), zone="Europe/Berlin", against="week_before"
    )

    assert [row.keys[0] for row in report.rows] == [
        f"2026-03-01T{hour}:00:00+01:00" for hour in (12, 13, 14)
    ]
    assert [row.measures["incoming"] for row in report.rows] == [0, 2, 0]
    assert [row.before and row.before["incoming"] for row in report.rows] == [0, 1, 0]
    assert report.totals["acl"] == 40
    assert report.totals_before is not None
    assert report.totals_before["acl"] == 100
    assert (report.before_since, report.rows[0].measures["asr"]) == (
        NOON - timedelta(hours=1, days=7),
        None,
    )


async def test_groups_have_the_names_of_their_last_call(books: Books) -> None:
    await books.hear(sold(campaign_name="Roofs"))
    await books.hear(sold(1, campaign_name="Roofs\0and gutters", buyer_id=None, buyer_name=""))
    report = await books.report(group_by=("campaign", "buyer"))
    assert [row.names for row in report.rows] == [
        ("Roofsand gutters", ""),
        ("Roofsand gutters", "Ann's"),
    ]
    assert (await books.report(OTHER, group_by=("campaign",))).rows == ()


async def test_more_groups_than_a_table_shows_are_refused(books: Books) -> None:
    books.reports = ReportingDesk(Reports(books.database, groups_max=2), SystemClock())
    await books.hear([fact for hours in range(3) for fact in sold(60 * hours)])
    assert len((await books.report(group_by=("buyer",))).rows) == 1
    with pytest.raises(TooMuch):
        await books.report(group_by=("hour", "buyer"))
