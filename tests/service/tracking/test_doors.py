"""Tracking's door to websites: who is shown which number, and what is refused, and how."""

import gzip
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.editing import NumberChanged
from libs.contracts.visits import GetVisit, ListVisits, Showing, Visit, VisitDetail
from services.tracking.doors.script import COMPRESSED_BYTES_MAX
from tests.kit.facts import ACCOUNT
from tests.kit.hosting import eventually
from tests.kit.postgres import Databases
from tests.service.tracking.websites import (
    CAMPAIGN,
    SITE,
    Websites,
    a_tag,
    numbers_of,
    open_websites,
)

HER, HIM = "visitor-her", "visitor-him"


@pytest.fixture
async def sites(nats_url: str, databases: Databases) -> AsyncIterator[Websites]:
    async with open_websites(nats_url, databases.fresh("tracking")) as sites:
        yield sites


async def visits(sites: Websites, **filters: Any) -> tuple[Visit, ...]:
    found: tuple[Visit, ...] = (await sites.ask(ListVisits(account_id=ACCOUNT, **filters))).visits
    return found


async def test_each_visitor_is_shown_a_number_of_her_own(sites: Websites) -> None:
    (shared,) = numbers_of(1, None)
    tag = await sites.pooled(
        2, shared, shared_number_id=shared.number_id, numbers_to_replace=["(800) 555-0199"]
    )
    hers, his = await sites.visit(tag, HER), await sites.visit(tag, HIM)
    third = await sites.visit(tag, "visitor-third")

    assert (hers["showing"], his["showing"], third["showing"]) == ("leased", "leased", "shared")
    assert hers["number"] != his["number"]
    assert (third["number"], third["why"]) == (shared.number, "none is free")
    assert hers["replace"] == ["8005550199", "18005550199"]
    assert hers["digits"] == hers["number"][1:]
    again = await sites.visit(tag, HER, page=f"{SITE}/prices")
    assert (again["number"], again["visit"]) == (hers["number"], hers["visit"])
    seen = {visit.visitor: visit for visit in await visits(sites)}
    assert seen[HER].pages == 2
    assert seen[HER].page == f"{SITE}/prices"
    assert seen["visitor-third"].showing is Showing.SHARED


async def test_without_a_shared_number_the_page_keeps_its_own(sites: Websites) -> None:
    tag = await sites.pooled(1)
    await sites.visit(tag, HER)
    assert (await sites.visit(tag, HIM))["number"] is None


async def test_a_number_that_the_router_takes_up_late_is_asked_for_again(sites: Websites) -> None:
    tag = await sites.pooled(0)
    asked = sites.asked
    await sites.router.client.publish(NumberChanged.subject)  # that it changed is all that is heard

    async def answered() -> bool | None:
        return sites.asked > asked or None

    await eventually(answered)  # by what it knew before
    sites.tell(*numbers_of(1, sites.pool_id), pools=(sites.a_pool(),))

    async def shown() -> str | None:
        number: str | None = (await sites.visit(tag, HER))["number"]
        return number

    assert await eventually(shown)


async def test_a_static_number_is_shown_to_all(sites: Websites) -> None:
    (number,) = numbers_of(1, None)
    sites.tell(number)
    tag = await sites.save(a_tag(None, number_id=number.number_id))
    shown = [await sites.visit(tag, visitor) for visitor in (HER, HIM)]
    assert [one["number"] for one in shown] == [number.number] * 2
    assert len(await visits(sites, showing="static")) == 2


async def test_what_brought_her_is_kept_by_the_names_that_are_known(sites: Websites) -> None:
    await sites.register(name="Promotion", parameter="promo", tag="promotion", default="none")
    await sites.register(name="Age", parameter="age", tag="age", type="integer")
    tag = await sites.pooled(2, tags={"site": "roofs"}, parameters=["store"])
    await sites.visit(
        tag,
        HER,
        page=f"{SITE}/roofs?utm_source=google&promo=spring&age=old&email=a@b.c&store=7#x",
        referrer="https://www.google.com/search?q=secret",
        parameters={"gclid": "G1", "_ga": "GA1"},
        geography={"zip": "10001", "state": "NY", "planet": "earth"},
    )
    (visit,) = await visits(sites, visitor=HER)
    assert visit.tags == {
        "site": "roofs",
        "utm_source": "google",
        "gclid": "G1",
        "_ga": "GA1",
        "store": "7",
        "promotion": "spring",
        "visit:zip": "10001",
        "visit:state": "NY",
    }
    assert (visit.landing, visit.referrer) == (f"{SITE}/roofs", "https://www.google.com/search")
    await sites.visit(tag, HIM)
    (his,) = await visits(sites, visitor=HIM)
    assert his.tags == {"site": "roofs", "promotion": "none"}


async def test_something_new_that_brings_her_begins_a_new_visit(sites: Websites) -> None:
    tag = await sites.pooled(2)
    first = await sites.visit(tag, HER, parameters={"utm_source": "google"})
    await sites.visit(tag, HER)  # from page to page
    second = await sites.visit(tag, HER, parameters={"utm_source": "newsletter"})
    assert first["number"] == second["number"]
    assert first["visit"] != second["visit"]
    question = GetVisit(account_id=ACCOUNT, visit_id=second["visit"])
    detail: VisitDetail = await sites.ask(question)
    assert detail.first.tags == {"utm_source": "google"}
    assert detail.last.tags == {"utm_source": "newsletter"}
    assert len(detail.history) == 2


async def test_a_beat_keeps_a_lease_and_says_when_it_is_over(sites: Websites) -> None:
    tag = await sites.pooled(1)
    hers = await sites.visit(tag, HER)
    page = sites.browser()
    said = {"tag": tag.code, "visit": hers["visit"]}
    assert (await page.post("/dni/v1/beats", json=said)).json() == {"held": True}
    assert (await page.post("/dni/v1/beats", json={**said, "closed": True})).json()["held"]
    unknown = {**said, "visit": str(uuid4())}
    assert (await page.post("/dni/v1/beats", json=unknown)).json() == {"held": False}


async def test_only_listed_sites_may_use_a_tag(sites: Websites) -> None:
    tag = await sites.pooled(5, domains=["example.com", "*.example.com"])
    said = {"tag": tag.code, "visitor": HER, "page": f"{SITE}/"}
    for origin, status in (
        (SITE, 200),
        ("https://example.com", 200),
        ("https://evil-example.com", 403),
        ("https://example.com.evil.com", 403),
        ("null", 403),
    ):
        answer = await sites.browser(Origin=origin).post("/dni/v1/visits", json=said)
        assert answer.status_code == status, origin
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
    preflight = await sites.browser().options("/dni/v1/visits")
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, POST"


async def test_robots_and_paused_tags_take_no_number(sites: Websites) -> None:
    (shared,) = numbers_of(1, None)
    tag = await sites.pooled(1, shared, shared_number_id=shared.number_id)
    robot = sites.browser(**{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"})
    said = {"tag": tag.code, "visitor": HER}
    shown = (await robot.post("/dni/v1/visits", json=said)).json()
    assert (shown["number"], shown["visit"]) == (shared.number, None)
    assert await visits(sites) == ()
    paused = await sites.save(a_tag(sites.pool_id, status="paused"))
    assert (await sites.visit(paused, HER))["why"] == "the tag is paused"


REFUSED: tuple[tuple[bytes, int, str | None], ...] = (
    (b"{", 422, ""),
    (b'{"visitor": "visitor-1"}', 404, "tag"),
    (b'{"tag": "forged-tag-code", "visitor": "visitor-1"}', 404, "tag"),
    (b'{"campaign": "no-campaign", "visitor": "visitor-1"}', 404, "campaign"),
    (b'{"tag": "forged-tag-code", "visitor": "x"}', 422, "visitor"),
    (b'{"visitor": "visitor-1", "parameters": {"a": 1}}', 422, "parameters.a"),
    (b'{"visitor": "visitor-1", "page": "' + b"x" * 1_000_000 + b'"}', 413, None),
)


async def test_what_cannot_be_is_refused_by_its_field(sites: Websites) -> None:
    for body, status, path in REFUSED:
        answer = await sites.browser().post("/dni/v1/visits", content=body)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        if path is not None:
            assert answer.json()["errors"][0]["path"] == path


async def test_addresses_are_those_of_visitors(sites: Websites) -> None:
    tag = await sites.pooled(10, leases_per_minute=1, server_addresses=["203.0.113.9"])
    for visitor, address, showing in (
        ("visitor-1", "192.0.2.1", "leased"),
        ("visitor-2", "192.0.2.1", "page"),  # as nobody stands before us, nobody is believed
        ("visitor-3", "192.0.2.2", "leased"),
    ):
        page = sites.browser(address, **{"X-Forwarded-For": f"198.51.100.{visitor[-1]}"})
        said = {"tag": tag.code, "visitor": visitor}
        assert (await page.post("/dni/v1/visits", json=said)).json()["showing"] == showing
    server = sites.browser("203.0.113.9", **{"User-Agent": "python-httpx"})
    query = {"tag": tag.code, "page": f"{SITE}/", "utm_source": "bing", "geo_zip": "10001"}
    for at in range(3):
        asked = {**query, "visitor": f"rendered-{at}", "address": f"192.0.2.{at + 10}"}
        asked["user_agent"] = "Mozilla/5.0 Firefox/142.0"
        shown = (await server.get("/dni/v1/number", params=asked)).json()
        assert shown["showing"] == "leased", shown
    (one,) = await visits(sites, visitor="rendered-1")
    assert one.tags == {"utm_source": "bing", "visit:zip": "10001"}


async def test_proxies_that_are_trusted_are_believed(nats_url: str, databases: Databases) -> None:
    url = databases.fresh("tracking")
    async with open_websites(nats_url, url, trusted_proxies=1) as sites:
        tag = await sites.pooled(10, leases_per_minute=1)
        for at in range(3):
            page = sites.browser("10.0.0.1", **{"X-Forwarded-For": f"6.6.6.6, 192.0.2.{at}"})
            said = {"tag": tag.code, "visitor": f"visitor-{at}"}
            assert (await page.post("/dni/v1/visits", json=said)).json()["showing"] == "leased"


async def test_the_script_is_small_known_by_its_content_and_kept(sites: Websites) -> None:
    page = sites.browser()
    newest = await page.get("/dni.js", headers={"Accept-Encoding": "gzip"})
    assert int(newest.headers["Content-Length"]) < COMPRESSED_BYTES_MAX
    assert newest.headers["Content-Encoding"] == "gzip"
    assert "max-age=3600" in newest.headers["Cache-Control"]
    version = newest.headers["ETag"].strip('"').removesuffix("-gzip")
    assert f"version: '{version}'" in newest.text
    assert gzip.compress(newest.content)
    fixed = await page.get(f"/dni/{version}.js")
    assert "immutable" in fixed.headers["Cache-Control"]
    assert "immutable" not in (await page.get("/dni/older.js")).headers["Cache-Control"]
    known = {"Accept-Encoding": "gzip", "If-None-Match": newest.headers["ETag"]}
    assert (await page.get("/js/t.js", headers=known)).status_code == 304


async def test_the_predecessors_pages_are_answered_in_its_words(sites: Websites) -> None:
    tag = await sites.pooled(10)
    page = sites.browser()
    tracked = await page.post(
        "/api/dni/track", json={"tagCode": tag.code, "sessionId": HER, "utmSource": "google"}
    )
    told = tracked.json()
    assert told.keys() == {
        *("phoneNumber", "formattedNumber", "trackingId"),
        *("campaignId", "campaignName", "success"),
    }
    assert (told["campaignId"], told["campaignName"]) == (str(CAMPAIGN), "Roofs")
    (visit,) = await visits(sites, visitor=HER)
    assert visit.tags == {"utm_source": "google"}
    by_campaign = {"campaignId": str(CAMPAIGN), "sessionId": HER}
    simple = (await page.post("/api/dni/track-simple", json=by_campaign)).json()
    assert simple == {name: told[name] for name in ("phoneNumber", "formattedNumber", "trackingId")}
    fast = await page.post("/api/dni/ultra-fast", json={**by_campaign, "clickid": "C1"})
    assert fast.json()["sessionData"] == {"sessionId": HER, "clickid": "C1"}
    assert fast.json()["phoneNumber"] == told["phoneNumber"]
    for path in ("tracking-number", "number"):
        asked = await page.get(f"/api/dni/{path}", params=by_campaign)
        assert asked.json()["phoneNumber"] == told["phoneNumber"]
    html = await page.get("/api/dni/html-snippet", params=by_campaign)
    assert f'href="tel:{told["phoneNumber"]}"' in html.text
    for path in ("snippet", "sdk"):
        snippet = (await page.get(f"/api/dni/{path}/{CAMPAIGN}")).json()["snippet"]
        assert f'data-tag="{tag.code}"' in snippet
    unknown = await page.post("/api/dni/track", json={"tagCode": "unknown-code"})
    assert unknown.status_code == 404
