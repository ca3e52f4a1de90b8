"""Reports about visits: what brought them, in which order, and which calls they brought."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest

from libs.contracts.ids import AccountId, CallId, VisitId
from libs.contracts.money import usd
from libs.contracts.reporting import AskVisitReport, Filter, Report, Reported
from libs.contracts.routing import Terms
from libs.contracts.visits import Attribution, Confidence, Ground
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from services.tracking.desk.calls import Desk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.domain.call import Heard
from services.tracking.domain.reports import VISITS, unknown_words
from services.tracking.store.attributions import Attributions
from services.tracking.store.calls import Calls
from services.tracking.store.forgetting import Forgetting
from services.tracking.store.journal import Journal
from services.tracking.store.visit_reports import VisitReports
from tests.kit.facts import ACCOUNT, CAMPAIGN, NOON, CallStory
from tests.kit.postgres import Databases

OTHER = AccountId(UUID("00000000-0000-7000-8000-0000000000aa"))
SINCE, UNTIL = NOON - timedelta(days=1), NOON + timedelta(days=1)


@dataclass
class Site:
    """Visits and calls of a website."""

    url: str
    database: Database

    def visit(self, visitor: str, minutes: int, came_from: str, **more: Any) -> VisitId:
        began_at = NOON + timedelta(minutes=minutes)
        visit_id = VisitId(uuid4())
        row = {
            "account_id": ACCOUNT,
            "id": visit_id,
            "tag_id": UUID(int=7),
            "campaign_id": CAMPAIGN,
            "visitor": visitor,
            "showing": "page",
            "began_at": began_at,
            "seen_at": began_at + timedelta(seconds=40),
            "until": began_at + timedelta(minutes=30),
            "pages": 2,
            "landing": "https://a.example/roofs",
            "referrer": "",
            "page": "",
            "user_agent": "",
            "source": "",
            "came_from": came_from,
            "tags": "{}",
        } | more
        with psycopg.connect(self.url, autocommit=True) as connection:
            places = ", ".join(f"%({name})s" for name in row)
            connection.execute(
                f"INSERT INTO tracking.visit ({', '.join(row)}) VALUES ({places})",
                row,
            )
        return visit_id

    async def called(self, visit_id: VisitId, at: datetime = NOON) -> CallId:
        story = CallStory(began_at=at)
        terms = Terms(after_seconds=30, revenue=usd("10"))
        facts = [
            *(story.arrived(), story.routed(terms=terms), story.answered()),
            *(story.leg_ended(seconds=60), story.ended()),
        ]
        desk = Desk(Journal(self.database, SystemClock()), Calls(self.database))
        await desk.keep([Heard(fact, fact.model_dump_json()) for fact in facts])
        found = Attribution(ground=Ground.HELD, confidence=Confidence.CERTAIN, visit_id=visit_id)
        await Attributions(self.database).keep(ACCOUNT, story.call_id, found)
        return story.call_id

    async def report(self, account_id: AccountId = ACCOUNT, **more: Any) -> Reported:
        report = Report(**{"since": SINCE, "until": UNTIL} | more)
        assert unknown_words(report, VISITS) == []
        desk = ReportingDesk(VisitReports(self.database), SystemClock(), VISITS)
        return await desk.report(AskVisitReport(account_id=account_id, report=report))


@pytest.fixture
async def site(databases: Databases) -> AsyncIterator[Site]:
    url = databases.fresh("tracking")
    database = Database(url, application_name="test")
    await database.open()
    yield Site(url, database)
    await database.close()


def by_key(report: Reported, name: str) -> dict[str, Any]:
    return {row.keys[0]: row.measures[name] for row in report.rows}


async def test_visits_and_their_calls_by_what_brought_them(site: Site) -> None:
    site.visit("ann", -60, "google")
    site.visit("ann", -30, "google")
    last = site.visit("ann", -5, "direct", tags=orjson.dumps({"size": "4"}).decode())
    bob = site.visit("bob", -5, "mail")
    await site.called(last)
    await site.called(last, NOON + timedelta(days=2))  # a visit has its calls whenever they come
    await site.called(bob)

    report = await site.report(group_by=("source",))
    assert by_key(report, "visits") == {"google": 2, "direct": 1, "mail": 1}
    assert by_key(report, "calls") == {"google": 0, "direct": 2, "mail": 1}
    assert by_key(report, "first_visits") == {"google": 1, "direct": 0, "mail": 1}
    totals = {name: str(value) for name, value in report.totals.items()}
    assert totals == {
        "visits": "4",
        "first_visits": "2",
        "pages": "8",
        "visit_seconds": "160",
        "calls": "3",
        "connected": "3",
        "converted": "3",
        "revenue": "30.0000",
        "visit_conversions": "0",
        "visit_revenue": "0.0000",
        "pages_per_visit": "2.0000",
        "average_visit_seconds": "40.0000",
        "call_rate": "0.7500",
        "conversion_rate": "0.7500",
        "revenue_per_visit": "7.5000",
    }
    chains = await site.report(group_by=("chain",), order_by="calls", columns=("visits", "calls"))
    assert [(row.keys[0], *row.measures.values()) for row in chains.rows] == [
        ("google > direct", 1, 2),
        ("mail", 1, 1),
        ("google", 2, 0),
    ]
    first = await site.report(group_by=("first_source", "campaign"), currency="EUR")
    assert [row.keys[0] for row in first.rows] == ["google", "mail"]
    assert (first.totals["calls"], first.totals["revenue"]) == (3, 0)
    fours = (Filter(dimension="tag:size", values=("4",)),)
    hours = await site.report(group_by=("hour",), filters=fours)
    assert sum(row.measures["visits"] or 0 for row in hours.rows) == 1
    assert (await site.report(OTHER)).totals["visits"] == 0


async def test_words_of_calls_are_not_those_of_visits() -> None:
    report = Report(since=SINCE, until=UNTIL, group_by=("buyer",), columns=("asr",))
    assert [path for path, _ in unknown_words(report, VISITS)] == ["group_by.0", "columns.0"]


async def test_visits_are_forgotten_by_their_age(site: Site) -> None:
    site.visit("ann", 0, "mail")  # long ago by the database's clock
    site.visit(
        "bob", 0, "mail", began_at=datetime.now().astimezone(), until=datetime.now().astimezone()
    )
    forgetting = Forgetting(site.database)
    assert await forgetting.visits(timedelta(days=30)) == 1
    assert await forgetting.visits(timedelta(days=30)) == 0
