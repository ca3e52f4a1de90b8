"""Outbound HTTP: addresses are checked, redirects are answers, and everything is limited."""

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.local.bidders import Play, PlayedBidders
from libs.runtime.fetch import BYTES_MAX, LOOKUPS_MAX, Failure, Fetch, NotFetched, Outgoing

GZIP = {"Content-Encoding": "gzip"}
BOMB = zlib.compress(b"\0" * 50_000_000, wbits=31)
PLAYS = {
    "/plain": Play(b"hello", headers={"Set-Cookie": "a=b"}),
    "/packed": Play(gzip.compress(b"hello"), headers=GZIP),
    "/elsewhere": Play(status=302, headers={"Location": "http://169.254.169.254/"}),
    "/bomb": Play(BOMB, headers=GZIP),
    "/large": Play(b"x" * (BYTES_MAX + 1)),
    "/brotli": Play(b"x", headers={"Content-Encoding": "br"}),
    "/not-packed": Play(b"hello", headers=GZIP),
    "/cut": Play(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhel"),
    "/nonsense": Play(raw=b"SSH-2.0-OpenSSH\r\n\r\n"),
    "/headers": Play(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 64_000 + b"\r\n\r\n"),
    "/slow": Play(b"x", delay_ms=2_000),
}


@pytest.fixture
async def bidders() -> AsyncIterator[PlayedBidders]:
    bidders = PlayedBidders(PLAYS)
    await bidders.start()
    yield bidders
    await bidders.stop()


@pytest.fixture
async def fetch() -> AsyncIterator[Fetch]:
    fetch = Fetch(allow_private=True)
    await fetch.open()
    yield fetch
    await fetch.close()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [("/plain", 200, b"hello"), ("/packed", 200, b"hello"), ("/elsewhere", 302, b"")],
)
async def test_an_answer_is_given_as_it_is(
    bidders: PlayedBidders, fetch: Fetch, path: str, status: int, body: bytes
) -> None:
    got = await fetch(Outgoing("GET", f"{bidders.url}{path}"), 5)
    assert (got.status, got.body) == (status, body)
    assert len(bidders.heard) == 1
    again = await fetch(Outgoing("POST", f"{bidders.url}{path}", body=b"x"), 5)
    assert again.status == status
    assert "cookie" not in bidders.heard[1].headers


FAULTS = [
    ("/bomb", Failure.TOO_LARGE),
    ("/large", Failure.TOO_LARGE),
    ("/brotli", Failure.UNREADABLE),
    ("/not-packed", Failure.UNREADABLE),
    ("/cut", Failure.UNREADABLE),
    ("/nonsense", Failure.UNREADABLE),
    ("/headers", Failure.UNREADABLE),
    ("/slow", Failure.LATE),
]


@pytest.mark.parametrize(("path", "failure"), FAULTS)
async def test_what_cannot_be_used_says_why(
    bidders: PlayedBidders, fetch: Fetch, path: str, failure: Failure
) -> None:
    began = time.monotonic()
    with pytest.raises(NotFetched) as no:
        await fetch(Outgoing("GET", f"{bidders.url}{path}"), 0.5)
    assert no.value.failure is failure
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://[::1]:1/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f000001/",
    ],
)
async def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    fetch = Fetch()
    await fetch.open()
    with pytest.raises(NotFetched) as no:
        await fetch(Outgoing("GET", url), 2)
    await fetch.close()
    assert no.value.failure is Failure.ADDRESS_REFUSED


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example.com/", "http://", "nonsense", "http://2130706433/", "file:///etc/passwd"],
)
async def test_what_is_no_http_address_is_refused(fetch: Fetch, url: str) -> None:
    with pytest.raises(NotFetched) as no:
        await fetch(Outgoing("GET", url), 2)
    assert no.value.failure is Failure.UNREACHABLE


@pytest.mark.parametrize("url", ["http://nowhere.invalid/", "http://127.0.0.1:1/"])
async def test_nobody_there_is_known(fetch: Fetch, url: str) -> None:
    with pytest.raises(NotFetched) as no:
        await fetch(Outgoing("GET", url), 5)
    assert no.value.failure is Failure.UNREACHABLE


def look_up(host: str, port: int, *_: Any) -> list[Any]:
    """A resolver to which all names but one are dead, and which takes its time to say so."""
    if host != "quick.test":
        time.sleep(2)
        raise socket.gaierror(-3, "nobody answers for it")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


async def test_dead_names_hold_up_nobody_else(bidders: PlayedBidders) -> None:
    fetch = Fetch(allow_private=True, look_up=look_up)
    await fetch.open()
    dead = [Outgoing("GET", f"http://{at}.test/") for at in range(LOOKUPS_MAX - 1)]
    waiting = [asyncio.create_task(fetch(one, 0.3)) for one in dead]
    await asyncio.sleep(0.1)
    began = time.monotonic()

    quick = bidders.url.replace("127.0.0.1", "quick.test")
    assert (await fetch(Outgoing("GET", f"{quick}/plain"), 5)).body == b"hello"

    assert time.monotonic() - began < 1
    failures = await asyncio.gather(*waiting, return_exceptions=True)
    assert {str(one) for one in failures} == {"no answer within 300 ms"}
    await fetch.close()
