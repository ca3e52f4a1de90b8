"""Saved reports are told at their hour: once, signed, and until they are taken."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from deploy.local.bidders import Heard, Play
from libs.contracts.configuration import Status
from libs.contracts.editing import Actor
from libs.contracts.ids import ReportId
from libs.contracts.saved_reports import SavedReport, SaveReport
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.rules.clocks import zone_of
from libs.runtime.seal import Seal
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.desk.saved_reports import SavedReportsDesk
from services.tracking.domain.postback import signed
from services.tracking.domain.unfit import Unfit
from services.tracking.store.configuration import Configuration
from services.tracking.store.reports import Reports
from tests.kit.facts import ACCOUNT, CallStory
from tests.kit.postgres import Databases
from tests.service.tracking.test_postbacks import Post

SECRET = "a secret for signatures"
ACTOR = Actor(name="ann@example.com", role="owner")


class Nobody:
    """An outbox whose words nobody waits for."""

    def announce(self, _: Any) -> None:
        """They stand in the table."""


class Office(Post):
    """A posting desk, and desks of saved reports beside it."""

    def reports_desk(self, groups_max: int = 100) -> SavedReportsDesk:
        seal = Seal("a secret of the tests", "tests")
        outbox: Any = Nobody()
        keeping = KeepingDesk(Configuration(self.database), outbox, self.clock, seal)
        reporting = ReportingDesk(Reports(self.database, groups_max), self.clock)
        self.keeping = keeping
        return SavedReportsDesk(keeping, self.saved_reports, reporting, outbox, self.clock)

    async def posted(self) -> None:
        desk = self.desk()
        while await desk.round():
            await desk.idle()

    def told(self) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(
                "SELECT id, state, said FROM tracking.delivery WHERE report_id IS NOT NULL"
            ).fetchall()


@pytest.fixture
async def office(databases: Databases) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        office = Office(databases.fresh("tracking"), stack)
        await office.open()
        yield office


def a_report(url: str, **more: Any) -> SavedReport:
    """What is told every day, in two or three hours."""
    hour = (datetime.now(zone_of("America/New_York")) + timedelta(hours=3)).hour
    delivery = {"hour": hour, "url": url, "signing_secret": SECRET} | more.pop("delivery", {})
    report = {"zone": "America/New_York", "group_by": ("campaign",), "columns": ("incoming", "asr")}
    return SavedReport.model_validate(
        {"id": uuid4(), "name": "Mornings", "period": "last_30_days"}
        | {"report": report, "delivery": delivery}
        | more
    )


async def called(office: Office, count: int) -> None:
    """So many calls came two days ago, and rang."""
    stories = [CallStory(began_at=office.clock.now() - timedelta(days=2)) for _ in range(count)]
    await office.tell([fact for story in stories for fact in (story.arrived(), story.routed())])


async def saved(desk: SavedReportsDesk, report: SavedReport, version: int | None = None) -> int:
    question = SaveReport(
        account_id=ACCOUNT, actor=ACTOR, expected_version=version, document=report
    )
    return (await desk.save(question)).version


async def test_a_report_is_told_at_its_hour_until_it_is_taken(office: Office) -> None:
    broken = [True]
    server = await office.partner(
        "/r", lambda _: Play(status=500) if broken[0] else Play(b"thanks")
    )
    desk, another = office.reports_desk(), office.reports_desk()
    await called(office, 3)
    report = a_report(f"{server.url}/r")
    await saved(desk, report)
    await desk.round()
    assert office.told() == []  # only its next time is known by now
    office.clock.forward(timedelta(days=1))
    await desk.round()
    await another.round()
    await office.posted()
    assert [state for _, state, _ in office.told()] == ["waiting"]
    broken[0] = False
    office.clock.forward(timedelta(minutes=5))
    await office.posted()

    ((id, state, _),) = office.told()
    assert state == "delivered"
    first, last = server.asked("/r")
    assert first.body == last.body
    assert {one.headers["webhook-id"] for one in (first, last)} == {str(id)}
    is_signed(last, id)
    body = json.loads(last.body)
    assert (body["name"], body["report_id"]) == ("Mornings", str(report.id))
    assert datetime.fromisoformat(body["at"]).minute == 0
    (row,) = body["report"]["rows"]
    assert row["measures"] == {"incoming": 3, "asr": "0.0000"}
    await desk.round()
    assert len(office.told()) == 1
    office.clock.forward(timedelta(days=1))
    await another.round()
    assert len(office.told()) == 2


def is_signed(one: Heard, id: UUID) -> None:
    at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"])).astimezone()
    expected = signed(SECRET, id, at, one.body.decode())
    assert one.headers["webhook-signature"] == expected["webhook-signature"]


async def test_what_was_changed_is_told_by_its_new_hour_alone(office: Office) -> None:
    server = await office.partner("/r", Play(b"thanks"))
    desk = office.reports_desk()
    report = a_report(f"{server.url}/r")
    version = await saved(desk, report)
    await desk.round()
    in_two_days = (office.clock.now() + timedelta(days=2)).strftime("%A").lower()
    later = a_report(f"{server.url}/r", id=report.id, delivery={"days": [in_two_days]})
    version = await saved(desk, later, version)
    office.clock.forward(timedelta(hours=23))
    await desk.round()
    assert office.told() == []
    office.clock.forward(timedelta(days=3))
    await desk.round()
    assert len(office.told()) == 1
    await saved(desk, later.model_copy(update={"status": Status.PAUSED}), version)
    await office.posted()
    ((_, state, said),) = office.told()
    assert (state, said) == ("skipped", "the report is not told any more")
    office.clock.forward(timedelta(days=8))
    await desk.round()
    assert len(office.told()) == 1


async def test_a_report_that_cannot_be_made_is_a_dead_delivery(office: Office) -> None:
    desk = office.reports_desk(groups_max=0)
    await called(office, 1)
    await saved(desk, a_report("http://127.0.0.1:1/r"))
    await desk.round()
    office.clock.forward(timedelta(days=1))
    await desk.round()
    ((_, state, said),) = office.told()
    assert state == "dead"
    assert "too long" in said


async def test_words_that_reports_do_not_know_are_named_and_secrets_kept(office: Office) -> None:
    desk = office.reports_desk()
    wrong = a_report("https://example.com/r", report={"columns": ("incoming", "beauty")})
    with pytest.raises(Unfit) as no:
        await saved(desk, wrong)
    assert [path for path, _ in no.value.problems] == ["report.columns.1"]

    right = a_report("https://example.com/r")
    version = await saved(desk, right)
    got = await office.keeping.get(
        GetTracking(account_id=ACCOUNT, noun=TrackingNoun.REPORT, key=right.id)
    )
    assert got.row.document["delivery"]["signing_secret"] == "********"
    await saved(desk, SavedReport.model_validate(got.row.document), version)
    kept = await office.saved_reports.one(ACCOUNT, ReportId(right.id))
    assert kept is not None
    assert kept.delivery is not None
    assert kept.delivery.signing_secret is not None
    assert kept.delivery.signing_secret.get_secret_value() == SECRET
