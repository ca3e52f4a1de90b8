"""Reports are sums of the calls, to the cent, and the same when all is made from the facts."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.contracts.calls import CallStatus, Fact, Geography
from libs.contracts.ids import (
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
from libs.contracts.reporting import Filter, Measures, Report, Reported
from libs.contracts.routing import RouteReason, Terms
from libs.contracts.tracking import GetCall
from libs.contracts.visits import Attribution, Confidence, Ground, Touch
from libs.rules.clocks import zone_of
from libs.runtime.database import Database
from services.tracking.domain.tally import MEASURES, MONEY, lines_of, units
from tests.kit.facts import ACCOUNT, NOON, CallStory
from tests.kit.postgres import Databases
from tests.service.tracking.books import OTHER, SINCE, UNTIL, Books, thing

CURRENCIES = ("USD", "EUR")


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
    assert await books.rollups.differences() == 0
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
