"""The manual is served whole, leads nowhere wrong, and lets nothing of a page's own run."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
from fastapi import FastAPI

from services.console.app import create
from services.console.domain.manual import read_page
from services.console.settings import Settings
from tests.kit.hosting import settings_of

DOCS = Path(__file__).parents[3] / "docs"
NOWHERE = {"nats_url": "nats://127.0.0.1:1", "database_url": "postgresql://127.0.0.1:1/none"}
LINK = re.compile(r'(?:href|src)="([^"]+)"')
OWN = re.compile(r'id="([^"]+)"')


@pytest.fixture(scope="module")
def console() -> FastAPI:
    """A console of which nothing is started: the manual needs neither NATS nor a database."""
    return create(settings_of(Settings, **NOWHERE))


@pytest.fixture
async def browser(console: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=console)
    async with httpx.AsyncClient(transport=transport, base_url="http://console") as http:
        yield http


async def test_every_link_of_every_page_leads_somewhere(browser: httpx.AsyncClient) -> None:
    pages: dict[str, str] = {}
    waiting, wanted = ["/docs/"], set()
    while waiting:
        address = waiting.pop()
        if address in pages:
            continue
        answer = await browser.get(address)
        assert answer.status_code == 200, address
        pages[address] = answer.text
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in LINK.findall(answer.text):
            target = urljoin(f"http://console{address}", unescape(link))
            if target.startswith("http://console/docs"):
                wanted.add((address, target.removeprefix("http://console")))
                waiting.append(urldefrag(target)[0].removeprefix("http://console"))
    missing = [
        (page, target)
        for page, target in wanted
        if (anchor := urldefrag(target)[1])
        and anchor not in OWN.findall(pages[urldefrag(target)[0]])
    ]
    assert missing == []
    guides = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.glob("*.md")}
    unlisted = [one for one in guides - {"index"} if f"/docs/{one}" not in pages]
    assert unlisted == [], "name them in docs/index.md"


async def test_a_page_is_readable_runs_nothing_and_loads_nothing(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("/docs/money")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert '<a href="/docs/money" aria-current="page">' in answer.text
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    loaded = re.findall(r'<(?:link|img|script|iframe)[^>]+(?:href|src)="([^"]+)"', answer.text)
    assert loaded == ["/docs/style.css"]
    style = (await browser.get("/docs/style.css")).text
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style


async def test_what_is_not_there_is_said(browser: httpx.AsyncClient) -> None:
    for name in ("nothing", "..%2f..%2fpyproject.toml", "first_call.py", "%00"):
        answer = await browser.get(f"/docs/{name}")
        assert answer.status_code == 404
        assert "There is no such page" in answer.text


async def test_a_search_finds_and_echoes_safely(browser: httpx.AsyncClient) -> None:
    found = await browser.get("/docs/search", params={"q": "how do I set up a second factor?"})
    assert found.text.index('"/docs/people#second-factor"') > 0
    hostile = await browser.get("/docs/search", params={"q": '"><script>alert(1)</script> payout'})
    assert "<script" not in hostile.text
    assert "/docs/money" in hostile.text
    nothing = await browser.get("/docs/search", params={"q": "xyzzy"})
    assert "Nothing is found" in nothing.text
    assert (await browser.get("/docs/search", params={"q": "x" * 301})).status_code == 422


def test_markdown_brings_no_html_of_its_own() -> None:
    page = read_page(
        "x", "# T\n\n<script>a</script>\n\n[a](javascript:alert(1)) ![b](data:text/html,c)\n"
    )
    assert "<script" not in page.html
    assert "href" not in page.html
    assert "<img" not in page.html
