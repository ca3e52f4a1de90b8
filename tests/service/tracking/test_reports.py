"""Reports say what the calls come to, at any moment."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from libs.contracts.calls import Fact
from libs.contracts.caps import Period
from libs.contracts.ids import PublisherId
from libs.contracts.money import usd
from libs.contracts.payout_caps import PayoutCap
from libs.contracts.payouts import PayoutTerms
from libs.contracts.publishers import Publisher
from libs.contracts.reporting import Filter, Reported
from libs.contracts.routing import Terms
from libs.contracts.visits import Attribution, Confidence, Ground, Touch
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.outbox import Outbox
from services.tracking.desk.payout_caps import REST, PayoutCapsDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.reports import Asked, Group, TooMuch
from services.tracking.store.configuration import Configuration
from services.tracking.store.payout_caps import PayoutCaps
from services.tracking.store.reports import Reports
from services.tracking.tables.configured import outbox
from services.tracking.tables.publishers import publisher
from tests.kit.facts import ACCOUNT, NOON, CallStory
from tests.kit.postgres import Databases
from tests.service.tracking.books import OTHER, Books, thing


@pytest.fixture
async def books(databases: Databases) -> AsyncIterator[Books]:
    database = Database(databases.fresh("tracking"), application_name="test")
    await database.open()
    yield Books(database)
    await database.close()


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


@dataclass
class Hands:
    """A clock that is moved by hand."""

    at: datetime

    def now(self) -> datetime:
        return self.at


class Counted(Reports):
    """Sums that count how often they are asked for."""

    asked = 0

    async def groups(self, asked: Asked) -> list[Group]:
        self.asked += 1
        return await super().groups(asked)


async def test_payouts_that_cannot_be_summed_are_tried_again_after_a_rest(
    books: Books, nats_url: str
) -> None:
    cap = PayoutCap(period=Period.TOTAL, most=usd("9"))
    paid = Publisher(id=PublisherId(thing("publisher", 1)), name="Ann", payout_caps=(cap,))
    row = {"id": paid.id, "version": 1, "document": paid.model_dump(mode="json")}
    async with books.database.transaction() as connection:
        await connection.execute(insert(publisher).values(account_id=ACCOUNT, **row))
    await books.hear(sold(publisher_id=paid.id))
    clock, reports = Hands(NOON), Counted(books.database, groups_max=0)
    telling = Outbox(books.database, Broker(nats_url, "tracking"), outbox)
    store, configuration = PayoutCaps(books.database), Configuration(books.database)
    desk = PayoutCapsDesk(store, configuration, reports, telling, clock)
    asked = []
    for seconds in (0, 1, REST.total_seconds() - 1, REST.total_seconds()):
        clock.at = NOON + timedelta(seconds=seconds)
        await desk.look()
        asked.append(reports.asked)
    assert asked == [1, 1, 1, 2]
