"""The conformance kit passes an endpoint that is right, and finds each planted fault."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from deploy.local.bidders import Answering, Heard, Play, PlayedBidders
from services.rtb.conformance import main

Request = dict[str, Any]
BID = {"bidAmount": "12.50", "phoneNumber": "+12125550199", "expireInSeconds": 60}


def strict(change: Callable[[Request, Heard], Play | None]) -> Answering:
    """An endpoint that does everything right but for one thing."""

    def answer(heard: Heard) -> Play:
        try:
            request: Request = orjson.loads(heard.body)
        except orjson.JSONDecodeError:
            return change({}, heard) or Play(status=400)
        return change(request, heard) or Play(orjson.dumps(BID))

    return answer


def bidding(**changed: Any) -> Callable[[Request, Heard], Play | None]:
    body = orjson.dumps({**BID, **changed})
    return lambda request, heard: Play(body) if request else None


def where(test: Callable[[Request], bool], play: Play) -> Callable[[Request, Heard], Play | None]:
    """The play for those requests alone."""
    return lambda request, heard: play if request and test(request) else None


def fickle() -> Callable[[Request, Heard], Play | None]:
    """Draws a new amount for each request, as the predecessor did."""
    amounts = iter(range(1, 1_000))
    return lambda request, heard: (
        Play(orjson.dumps({**BID, "bidAmount": next(amounts)})) if request else None
    )


def serial() -> Callable[[Request, Heard], Play | None]:
    """Serves one at a time: many at once wait for each other."""
    waiting: list[str] = []

    def answer(request: Request, heard: Heard) -> Play | None:
        waiting.append(request.get("requestId", ""))
        return Play(orjson.dumps(BID), delay_ms=40 * len(waiting)) if len(waiting) > 8 else None

    return answer


FAULTS: dict[str, tuple[Answering, str, str]] = {
    "page": (Play(b"<html>hello</html>", status=404), "fix", "answered 404"),
    "html": (Play(b"<html><p>It works"), "fix", "cannot be read"),
    "slow": (Play(orjson.dumps(BID), delay_ms=600), "fix", "no answer in time"),
    "slowish": (
        strict(where(bool, Play(orjson.dumps(BID), delay_ms=250))),
        "note",
        "a bad moment would lose calls",
    ),
    "large": (Play(b"x" * 100_000), "fix", "too large"),
    "reset": (Play(raw=b""), "fix", "could not be reached"),
    "nan": (strict(bidding(bidAmount="NaN")), "fix", "the amount is 'NaN'"),
    "euro": (strict(bidding(bidCurrency="EUR")), "fix", "the currency is EUR: bid in USD"),
    "absurd": (strict(bidding(bidAmount=1_001)), "fix", "the amount does not count: at most 1000"),
    "nowhere": (strict(bidding(phoneNumber="")), "fix", "without a place to dial"),
    "letters": (strict(bidding(phoneNumber="+1800555EXTERNAL")), "fix", "cannot be dialled"),
    "premium": (strict(bidding(phoneNumber="+19005550199")), "fix", "premium"),
    "expiry": (strict(bidding(expireInSeconds="soon")), "fix", "the expiry is 'soon'"),
    "over": (strict(bidding(expireInSeconds=1)), "fix", "over before it can be dialled"),
    "brief": (strict(bidding(expireInSeconds=8)), "note", "the bid ends after 8 s"),
    "mute": (strict(bidding(accepted=False)), "note", "a refusal without a reason"),
    "shy": (strict(bidding(accepted=False, rejectReason="no")), "note", "none could be checked"),
    "withheld": (
        strict(where(lambda request: "callerId" not in request, Play(status=500))),
        "fix",
        "a caller who withholds her number: answered 500",
    ),
    "geography": (
        strict(where(lambda request: "callerState" not in request, Play(status=422))),
        "fix",
        "a caller of unknown place: answered 422",
    ),
    "ascii": (
        strict(lambda request, heard: None if "é".encode() not in heard.body else Play(status=500)),
        "fix",
        "names beyond ASCII: answered 500",
    ),
    "closed": (
        strict(
            where(lambda request: "visit:new_field" in request.get("tags", {}), Play(status=400))
        ),
        "fix",
        "fields that are new to you: answered 400",
    ),
    "small": (
        strict(lambda request, heard: Play(status=413) if len(heard.body) > 8_192 else None),
        "fix",
        "a request of 15 kB: answered 413",
    ),
    "fickle": (strict(fickle()), "fix", "the same requestId was answered with"),
    "serial": (strict(serial()), "fix", "20 requests at once: no answer in time"),
    "credulous": (Play(orjson.dumps(BID)), "fix", "as if it were a call"),
    "fragile": (
        strict(lambda request, heard: Play(status=500) if not request else None),
        "fix",
        "a body that is no JSON was answered 500",
    ),
}


@pytest.fixture
async def bidders() -> AsyncIterator[PlayedBidders]:
    bidders = PlayedBidders({f"/{name}": play for name, (play, *_) in FAULTS.items()})
    bidders.plays["/right"] = strict(lambda request, heard: None)
    await bidders.start()
    yield bidders
    await bidders.stop()


async def run(*arguments: str) -> int:
    return await asyncio.to_thread(main, arguments)


async def test_an_endpoint_that_is_right_passes_every_trial(
    bidders: PlayedBidders, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(f"{bidders.url}/right", "--tag", "visit:plan=gold") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "ready to bid"
    assert len(lines) == 10
    assert all(line.startswith("ok ") for line in lines[:-1]), lines
    first, *_, last = bidders.heard
    assert orjson.loads(first.body)["tags"] == {"visit:plan": "gold"}
    assert len(bidders.heard) == 6 + 2 + 20 + 1
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(last.body)


@pytest.mark.parametrize("name", FAULTS)
async def test_each_planted_fault_is_found(
    bidders: PlayedBidders, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    _, grade, words = FAULTS[name]
    code = await run(f"{bidders.url}/{name}", "--timeout-ms", "400")
    lines = capsys.readouterr().out.splitlines()
    found = [line for line in lines if words in line]
    assert found, lines
    assert all(line.startswith(grade) for line in found), found
    assert code == (1 if grade == "fix" else 0)


async def test_the_request_is_the_one_that_an_operator_would_configure(
    bidders: PlayedBidders, tmp_path: Path
) -> None:
    document = tmp_path / "bidder.json"
    document.write_text('{"template": "zip={callerZip}&who={callerId}", "content": "form"}')
    options = ("--bearer", "t0ken", "--header", "X-A=1", "--zip", "10001", "--method", "PUT")
    await run(f"{bidders.url}/right", "--document", str(document), *options)
    first = bidders.heard[0]
    assert (first.method, first.body) == ("PUT", b"zip=10001&who=%2B12125550100")
    assert first.headers["authorization"] == "Bearer t0ken"
    assert first.headers["x-a"] == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ftp://x.example/",), "endpoint"),
        (("https://x.example/", "--timeout-ms", "1"), "timeout_ms"),
        (("https://x.example/", "--document", "/no/such/file"), "/no/such/file"),
        (("https://x.example/", "--method", "GET", "--content", "json"), "a GET has no body"),
    ],
)
async def test_what_cannot_be_tried_says_why(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert await run(*arguments) == 2
    assert words in capsys.readouterr().err
