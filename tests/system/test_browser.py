"""dni.js in a real browser, on a page with a strict policy: what visitors see, and whose calls are.

The site, tracking and the browser talk over HTTP between different origins, as in the world.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from deploy.local.servers.ports import free_port
from libs.contracts.configuration import Status
from libs.contracts.dni import SaveTrackingTag
from libs.contracts.tracking_edits import GetTracking, TrackingNoun
from libs.contracts.visit_conversions import ListVisitConversions, VisitConversions
from libs.contracts.visits import Ground, ListVisits, Visit, Visits
from tests.kit.browser import Page, running_browser
from tests.kit.hosting import TESTER, House, eventually
from tests.system.test_websites import POOLED, WEST, Site

FAX = "(800) 555-0188"
SHOWN = "document.documentElement.dataset.shown"
COUNTED = """
window.swaps = 0;
document.addEventListener('dni:swapped', () => { window.swaps += 1; });
document.addEventListener('dni:number', (event) => {
  document.documentElement.dataset.shown = event.detail.number;
});
window.shifted = 0;
new PerformanceObserver((list) => {
  list.getEntries().forEach((one) => { window.shifted += one.value; });
}).observe({type: 'layout-shift', buffered: true});
"""
PRIVATE = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true});"
BODY = """<!doctype html><html><head><title>Roofs</title></head><body>
<p id="text">Call (800) 555-0199 today, or fax {fax}.</p>
<a id="link" href="tel:+18005550199">Call <b>1-800-555-0199</b></a>
<p class="hotline">800.555.0177</p>
<p id="attribute" data-phone="800 555 0199"></p>
<textarea id="form">800-555-0199</textarea>
<div id="app"></div>
<script async src="{tracking}/dni.js" data-tag="{code}"{more}></script>
</body></html>"""


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve an app on a port of its own; give its address.  Whoever made it has begun its life."""
    port = free_port(8_400)
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # the test's own
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


def website(tracking: str, code: str) -> Starlette:
    """Pages that allow scripts and connections from tracking, and nothing else."""
    policy = f"default-src 'none'; script-src {tracking}; connect-src {tracking}"

    async def page(request: Request) -> Response:
        more = ' data-consent="required"' if "consent" in request.query_params else ""
        body = BODY.format(fax=FAX, tracking=tracking, code=code, more=more)
        return HTMLResponse(body, headers={"Content-Security-Policy": policy})

    return Starlette(
        routes=[Route("/favicon.ico", lambda _: Response()), Route("/{path:path}", page)]
    )


def national(number: str) -> str:
    return f"({number[2:5]}) {number[5:8]}-{number[8:]}"


async def text_of(page: Page, selector: str) -> str:
    return str(await page.run(f"document.querySelector('{selector}').textContent"))


async def is_swapped(page: Page, number: str) -> None:
    """Everything of the page's own number is ours, in its own format; nothing else is touched."""
    dotted, dashed = (f"{number[2:5]}{sign}{number[5:8]}{sign}{number[8:]}" for sign in ".-")
    await page.until(f"document.querySelector('.hotline').textContent === '{dotted}'")
    assert await text_of(page, "#text") == f"Call {national(number)} today, or fax {FAX}."
    assert await text_of(page, "#link") == f"Call 1-{dashed}"
    assert await page.run("document.querySelector('#link').getAttribute('href')") == f"tel:{number}"
    spaced = dotted.replace(".", " ")
    assert await page.run("document.querySelector('#attribute').dataset.phone") == spaced
    assert await page.run("document.querySelector('#form').value") == "800-555-0199"


async def test_visitors_see_their_own_numbers_and_their_calls_are_theirs(house: House) -> None:
    site = Site(house)
    await site.open()
    tag = site.tag.model_copy(
        update={
            "domains": ("127.0.0.1",),
            "numbers_to_replace": ("800-555-0199",),
            "selectors": (".hotline",),
            "attributes": ("data-phone",),
        }
    )
    await resave(house, tag)
    async with (
        served(house.tracking) as tracking,
        served(website(tracking, tag.code)) as address,
        running_browser() as browser,
    ):
        her, him = await browser.visitor(COUNTED), await browser.visitor(COUNTED)
        await her.open(f"{address}/roofs?utm_source=google&email=a@b.c")
        hers = await her.until(SHOWN)
        await him.open(f"{address}/?utm_source=bing")
        his = await him.until(SHOWN)
        assert {hers, his} < set(POOLED)
        assert hers != his
        await is_swapped(her, hers)
        await is_swapped(him, his)
        assert await her.run("window.shifted") == 0

        await late_and_on_another_page(her, hers)
        await converts(house, her)
        found = await visits(house)
        assert [one.number for one in found if one.landing.endswith("/roofs")] == [hers]
        assert [one.pages for one in found if one.landing.endswith("/roofs")] == [2]
        assert all("email" not in one.tags for one in found)
        assert her.complaints == him.complaints == []

        await nothing_without_consent(browser, address)
        await nothing_against_her_will(browser, address)

        await the_pages_own_once_there_is_none(house, tag, him)

    for number, source in ((hers, "google"), (his, "bing")):
        attributed = await site.attributed(await house.call(number, f"{WEST}=answer:1,talk:9"))
        assert attributed.ground is Ground.HELD
        assert attributed.tags["utm_source"] == source


async def late_and_on_another_page(page: Page, number: str) -> None:
    """What is rendered later is swapped too, once; the visit goes on at another address."""
    late = '<p id="late">Ask 800-555-0199</p><a id="tel" href="tel:8005550199">us</a>'
    await page.run("history.pushState({}, '', '/prices')")
    await page.run(f"document.querySelector('#app').innerHTML = '{late}'")
    shown = f"Ask {number[2:5]}-{number[5:8]}-{number[8:]}"
    await page.until(f"document.querySelector('#late').textContent === '{shown}'")
    await page.until(f"document.querySelector('#tel').getAttribute('href') === 'tel:{number}'")
    await page.run("document.querySelector('#late').firstChild.nodeValue = 'Again 800-555-0199'")
    again = shown.replace("Ask", "Again")
    await page.until(f"document.querySelector('#late').textContent === '{again}'")
    await page.run("history.replaceState({}, '', '#top')")  # no other page
    swaps = await page.run("window.swaps")
    await asyncio.sleep(0.3)
    assert await page.run("window.swaps") == swaps < 10  # it never answers its own writing


async def converts(house: House, page: Page) -> None:
    """What she does without a call is kept, and for what had brought her."""
    await page.run("window.dni.convert('purchase', {amount: '9.90', id: 'order-1'})")
    form = '<form id="ask" data-dni-convert="form"></form>'
    await page.run(f"document.querySelector('#app').innerHTML = '{form}'")
    sent = "new Event('submit', {bubbles: true})"
    await page.run(f"document.querySelector('#ask').dispatchEvent({sent})")

    async def both() -> VisitConversions | None:
        found: VisitConversions = await house.ask(ListVisitConversions(account_id=house.account_id))
        return found if len(found.conversions) == 2 else None

    found = await eventually(both)
    assert {one.kind.value for one in found.conversions} == {"purchase", "form"}
    assert {one.origin.source for one in found.conversions} == {"google"}


async def the_pages_own_once_there_is_none(house: House, tag: Any, page: Page) -> None:
    """A number that may be somebody else's by now is shown no longer."""
    await resave(house, tag.model_copy(update={"status": Status.PAUSED}))
    await page.run("history.pushState({}, '', '/later')")
    await page.until("document.querySelector('.hotline').textContent === '800.555.0177'")
    assert await text_of(page, "#text") == f"Call (800) 555-0199 today, or fax {FAX}."
    assert await page.run("document.querySelector('#link').getAttribute('href')") == (
        "tel:+18005550199"
    )


async def nothing_without_consent(browser: Any, address: str) -> None:
    page = await browser.visitor(COUNTED)
    await page.open(f"{address}/?consent=required")
    await page.until("window.dni && window.dni.version")
    await asyncio.sleep(0.2)
    assert await page.run("localStorage.length") == 0
    assert FAX.replace("88", "99") in await text_of(page, "#text")
    await page.run("window.dni.consent(true)")
    assert await page.until(SHOWN) in POOLED


async def nothing_against_her_will(browser: Any, address: str) -> None:
    page = await browser.visitor(COUNTED + PRIVATE)
    await page.open(address)
    await page.until("window.dni && window.dni.version")
    await asyncio.sleep(0.2)
    assert await page.run("[localStorage.length, window.swaps]") == [0, 0]


async def visits(house: House) -> tuple[Visit, ...]:
    """The two visits, once the second page of one was heard of."""

    async def look() -> tuple[Visit, ...] | None:
        found: Visits = await house.ask(ListVisits(account_id=house.account_id))
        return found.visits if sum(one.pages for one in found.visits) >= 3 else None

    return await eventually(look)


async def resave(house: House, tag: Any) -> None:
    get = GetTracking(account_id=house.account_id, noun=TrackingNoun.TRACKING_TAG, key=tag.id)
    version = (await house.ask(get)).row.version
    save = SaveTrackingTag(
        account_id=house.account_id, actor=TESTER, expected_version=version, document=tag
    )
    await house.ask(save)
