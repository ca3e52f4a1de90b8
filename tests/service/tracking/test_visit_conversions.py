"""Forms, chats and purchases on a site count once, for what had brought the visitor."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from libs.contracts.dni import TrackingTag
from libs.contracts.reporting import AskReport, AskVisitReport, Filter, Report
from libs.contracts.visit_conversions import (
    ConversionDimension,
    ListVisitConversions,
    ReportVisitConversions,
    VisitConversion,
)
from services.tracking.desk.converting_visits import OF_VISIT_MAX
from services.tracking.domain.arrival import ADDRESS_MAX
from services.tracking.rebuild import run
from tests.kit.facts import ACCOUNT
from tests.kit.postgres import Databases
from tests.service.tracking.test_listing import STRANGER
from tests.service.tracking.websites import SITE, Websites, a_tag, open_websites

HER, HIM = "visitor-her", "visitor-him"


@pytest.fixture
async def sites(nats_url: str, databases: Databases) -> AsyncIterator[Websites]:
    async with open_websites(nats_url, databases.fresh("tracking")) as sites:
        yield sites


async def convert(sites: Websites, on: TrackingTag, **said: Any) -> httpx.Response:
    return await sites.browser().post("/dni/v1/conversions", json={"tag": on.code, **said})


async def listed(sites: Websites, **filters: Any) -> tuple[VisitConversion, ...]:
    found = await sites.ask(ListVisitConversions(account_id=ACCOUNT, **filters))
    conversions: tuple[VisitConversion, ...] = found.conversions
    return conversions


async def test_a_conversion_counts_once_for_what_brought_its_visitor(sites: Websites) -> None:
    tag = await sites.pooled(2)
    page = f"{SITE}/roofs?utm_source=Google&utm_campaign=spring"
    await sites.visit(tag, HER, page=page)
    hers = await sites.visit(tag, HER, page=f"{SITE}/prices")  # she goes on to another page
    his = await sites.visit(tag, HIM, referrer="https://www.example.org/links")
    bought = {"kind": "purchase", "amount": "9.90", "conversion_id": "order-1"}
    for outcome in ("kept", "duplicate"):
        answer = await convert(sites, tag, visit=hers["visit"], **bought)
        assert (answer.status_code, answer.json()) == (200, {"outcome": outcome})
    assert answer.headers["access-control-allow-origin"] == SITE
    await convert(sites, tag, visit=hers["visit"], kind="chat")
    await convert(sites, tag, visitor=HIM, kind="form")  # as a server may say it

    form, chat, purchase = await listed(sites)
    assert form.origin.source == "example.org"
    assert str(form.visit_id) == his["visit"]
    assert (purchase.origin.source, purchase.origin.utm_campaign) == ("google", "spring")
    assert purchase.amount is not None
    assert (purchase.amount.amount, chat.amount) == (Decimal("9.9"), None)
    assert [one.kind for one in await listed(sites, visit_id=hers["visit"], limit=1)] == ["chat"]
    now = datetime.now(UTC)
    about = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}
    by = (ConversionDimension.SOURCE, ConversionDimension.KIND)
    report = await sites.ask(ReportVisitConversions(account_id=ACCOUNT, group_by=by, **about))
    assert [(row.keys, row.conversions, len(row.amounts)) for row in report.rows] == [
        (("example.org", "form"), 1, 0),
        (("google", "chat"), 1, 0),
        (("google", "purchase"), 1, 1),
    ]
    await in_reports(sites)
    nothing = await sites.ask(ReportVisitConversions(account_id=STRANGER, **about))
    assert nothing.rows == ()
    assert (await sites.ask(ListVisitConversions(account_id=STRANGER))).conversions == ()


async def in_reports(sites: Websites) -> None:
    """They count beside calls and with their visits, and the same when all is made again."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    hour = timedelta(hours=1)
    about: dict[str, Any] = {"since": now - hour, "until": now + hour, "group_by": ("source",)}
    expected = {"example.org": (1, Decimal(0)), "google": (2, Decimal("9.9"))}

    async def told(question: AskReport | AskVisitReport) -> dict[str, tuple[Any, ...]]:
        rows = (await sites.ask(question)).rows
        names = ("visit_conversions", "visit_revenue")
        return {row.keys[0]: tuple(row.measures[name] for name in names) for row in rows}

    of_calls = AskReport(account_id=ACCOUNT, report=Report(**about))
    assert await told(of_calls) == expected
    visits = AskVisitReport(account_id=ACCOUNT, report=Report(**about))
    assert await told(visits) == expected
    chosen = Report(**about, filters=(Filter(dimension="tag:utm_campaign", values=("spring",)),))
    assert await told(AskReport(account_id=ACCOUNT, report=chosen)) == {
        "google": expected["google"]
    }

    assert (await run(sites.url, check=True)).differences == 0
    with psycopg.connect(sites.url, autocommit=True) as connection:
        for table in ("tally", "tally_change", "rollup"):
            connection.execute(f"DELETE FROM tracking.{table}")
    assert (await run(sites.url, check=True)).tallies == 3
    assert (await run(sites.url, check=False)).tallies == 3
    assert await told(of_calls) == expected
    assert (await run(sites.url, check=True)).differences == 0


async def test_what_cannot_be_is_refused_by_its_field(sites: Websites) -> None:
    tag = await sites.pooled(1)
    visit = (await sites.visit(tag, HER))["visit"]
    other = await sites.save(a_tag(sites.pool_id, domains=["other.example"]))
    for said, status, field in (
        ({}, 422, "visit"),
        ({"visit": str(uuid4())}, 404, "visit"),
        ({"visitor": "nobody-here"}, 404, "visitor"),
        ({"visit": visit, "kind": "dance"}, 422, "kind"),
        ({"visit": visit, "amount": "-1"}, 422, "amount"),
        ({"visit": visit, "currency": "dollars"}, 422, "currency"),
        ({"visit": visit, "tag": "forged"}, 404, "tag"),
        ({"visit": visit, "tag": other.code}, 403, "tag"),
    ):
        no = await convert(sites, tag, **said)
        assert (no.status_code, no.json()["errors"][0]["path"]) == (status, field), said
    large = await convert(sites, tag, visit=visit, conversion_id="x" * 40 * ADDRESS_MAX)
    assert large.status_code == 413
    for _ in range(OF_VISIT_MAX):
        assert (await convert(sites, tag, visit=visit)).status_code == 200
    assert (await convert(sites, tag, visit=visit)).status_code == 429
    assert len(await listed(sites, limit=200)) == OF_VISIT_MAX
