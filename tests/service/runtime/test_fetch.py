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
from libs.runtime.addresses import LOOKUPS_MAX
from libs.runtime.fetch import BYTES_MAX, Fetch, Outgoing
from libs.runtime.not_fetched import Failure, NotFetched

GZIP = {"Content-Encoding": "gzip"}
BOMB = zlib.compress(b"\0" * 50_000_000, wbits=31)
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
FAR_TOO_MUCH = 16 * BYTES_MAX
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
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
    "/announced": Play(raw=b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + WHOLE),
    "/until-the-end": Play(raw=b"HTTP/1.0 200 OK\r\n\r\nhello"),
    "/in-chunks": Play(raw=CHUNKED + b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
    "/too-few-chunks": Play(raw=CHUNKED + b"2\r\nhe\r\n"),
    "/more-than-asked": Play(raw=WHOLE + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "/another-begins": Play(
        raw=WHOLE + b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nab", stays=True
    ),
    "/another-whole": Play(raw=WHOLE + WHOLE.replace(b"hello", b"wrong"), stays=True),
    "/after-the-packed": Play(gzip.compress(b"hello") + b"x" * FAR_TOO_MUCH, headers=GZIP),
    "/trailers": Play(raw=CHUNKED + b"0\r\nX: " + b"y" * FAR_TOO_MUCH),
    "/announcements": Play(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" * (FAR_TOO_MUCH // 20) + WHOLE),
    "/another-protocol": Play(raw=b"HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
    "/says-close": Play(b"hello", headers={"Connection": "close"}),
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


@pytest.mark.parametrize(
    "path",
    [
        "/announced",
        "/until-the-end",
        "/in-chunks",
        "/more-than-asked",
        "/another-begins",
        "/another-whole",
        "/says-close",
    ],
)
async def test_an_answer_is_whole_however_it_is_sent(
    bidders: PlayedBidders, fetch: Fetch, path: str
) -> None:
    for _ in range(2):  # the second goes over a line of its own
        got = await fetch(Outgoing("GET", f"{bidders.url}{path}"), 5)
        assert (got.status, got.body) == (200, b"hello")


async def test_a_line_is_kept_for_the_next_request(fetch: Fetch) -> None:
    """One that was ended meanwhile is noticed; what must not happen twice is not sent again."""
    begun = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal begun
        begun += 1
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(WHOLE)
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for _ in range(3):  # the third is asked again over a new line
        assert (await fetch(Outgoing("GET", url), 5)).body == b"hello"
    assert begun == 2
    assert (await fetch(Outgoing("POST", url), 5)).body == b"hello"
    with pytest.raises(NotFetched) as no:
        await fetch(Outgoing("POST", url), 5)
    assert (no.value.failure, begun) == (Failure.UNREACHABLE, 2)
    server.close()


async def test_how_a_request_travels_is_ours_to_say(bidders: PlayedBidders, fetch: Fetch) -> None:
    url = bidders.url.replace("//", "//ann:secret@")
    headers = {"Content-Length": "99", "transfer-encoding": "chunked", "ACCEPT": "text/xml"}
    await fetch(Outgoing("POST", f"{url}/plain?a=b c", headers, b"told"), 5)
    (heard,) = bidders.heard
    assert (heard.target, heard.body) == ("/plain?a=b+c", b"told")
    assert {
        name: heard.headers.get(name) for name in (*map(str.lower, headers), "authorization")
    } == {
        "content-length": "4",
        "transfer-encoding": None,
        "accept": "text/xml",
        "authorization": "Basic YW5uOnNlY3JldA==",
    }
    for split in ("a\r\nX: b", "a\nX: b", "a\0b"):
        with pytest.raises(NotFetched, match="line break"):
            await fetch(Outgoing("GET", f"{bidders.url}/plain", {"X-A": split}), 5)
    assert len(bidders.heard) == 1


FAULTS = [
    ("/bomb", Failure.TOO_LARGE),
    ("/large", Failure.TOO_LARGE),
    ("/brotli", Failure.UNREADABLE),
    ("/not-packed", Failure.UNREADABLE),
    ("/cut", Failure.UNREADABLE),
    ("/nonsense", Failure.UNREADABLE),
    ("/headers", Failure.UNREADABLE),
    ("/after-the-packed", Failure.TOO_LARGE),
    ("/trailers", Failure.TOO_LARGE),
    ("/announcements", Failure.UNREADABLE),
    ("/slow", Failure.LATE),
    ("/too-few-chunks", Failure.UNREADABLE),
    ("/another-protocol", Failure.UNREADABLE),
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
