"""The manual is served whole, leads nowhere wrong, and lets nothing of a page's own run."""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
import pytest
import pytest_asyncio
import schemathesis
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jsonschema import Draft7Validator

from libs.contracts.catalogue import CATALOGUE
from services.console.app import create
from services.console.domain.manual import read_page
from services.console.settings import Settings
from tests.kit.hosting import settings_of

ASYNCAPI = Path(__file__).with_name("asyncapi-3.0.0.json")
DOCS = Path(__file__).parents[3] / "docs"
NOWHERE = {"nats_url": "nats://127.0.0.1:1", "database_url": "postgresql://127.0.0.1:1/none"}
LINK = re.compile(r'(?:href|src)="([^"]+)"')
OWN = re.compile(r'id="([^"]+)"')


@pytest.fixture(scope="module")
def console() -> FastAPI:
    """A console of which nothing is started: the manual needs neither NATS nor a database."""
    return create(settings_of(Settings, **NOWHERE))


@pytest_asyncio.fixture(loop_scope="module")
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
        for link in set(LINK.findall(answer.text)):
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


async def test_the_reference_is_whole(browser: httpx.AsyncClient, console: FastAPI) -> None:
    document = (await browser.get("/docs/openapi.json")).json()
    own = {context.path for context in iter_route_contexts(console.routes)}
    assert {path for path in own if path and path.startswith("/api/v1/calls")} < set(
        document["paths"]
    )
    for path in ("/api/webhooks/voice", "/v1/production/{rtb_id}.{form}", "/dni/v1/visits"):
        assert path in document["paths"]
    loaded = schemathesis.openapi.from_dict(document)
    assert all(hasattr(one, "ok") for one in loaded.get_all_operations()), "an operation is broken"
    assert missing_of(document) == set()
    paths = {
        (one["tags"][0], path) for path, item in document["paths"].items() for one in item.values()
    }
    pages = {group: (await browser.get(f"/docs/api/{group}")).text for group, _ in paths}
    assert all(f"<code>{path}</code>" in pages[group] for group, path in paths)


async def test_the_events_are_those_of_the_contracts(browser: httpx.AsyncClient) -> None:
    document = (await browser.get("/docs/asyncapi.json")).json()
    events = {subject for subject in CATALOGUE if subject.startswith("event.")}
    assert set(document["channels"]) == events
    faults = Draft7Validator(json.loads(ASYNCAPI.read_bytes())).iter_errors(document)
    assert [(list(one.absolute_path), one.message) for one in faults] == []
    assert missing_of(document) == set()
    assert {
        *("router says event.call.routed.v1", "tracking-calls hears event.call.routed.v1"),
        "console-audit hears event.buyer.changed.v1",
    } <= set(document["operations"])
    page = (await browser.get("/docs/events")).text
    assert "Said by router; heard by tracking-calls" in page
    assert all(subject in page for subject in events)


def missing_of(document: Any) -> set[str]:
    """References of a document that lead nowhere in it."""
    text = json.dumps(document)
    missing = set()
    for ref in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        at: Any = document
        for part in ref.split("/"):
            at = at.get(part) if isinstance(at, dict) else None
        if at is None:
            missing.add(ref)
    return missing
