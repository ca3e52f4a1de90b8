"""Whatever a bidder sends is one lost bid with a reason: no call is lost, none waits for it."""

import time
import zlib
from pathlib import Path
from typing import Any

from deploy.local.bidders import Play, PlayedBidders, bids
from libs.contracts.auction import AuctionWon, Loss
from libs.contracts.money import usd
from tests.kit.certificate import unvouched
from tests.service.rtb.stage import Stage

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BID = b'{"bidAmount":50,"phoneNumber":"+15550100031"}'
ODD = '{"bidAmount":50,"phoneNumber":"+15550100031","note":"Cañon"}'
ZIPPED = {"Content-Encoding": "gzip"}
DEADLINE_MS = 1_000
SLACK_MS = 500  # a shared machine


def full(body: bytes) -> bytes:
    return HEAD + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body


PLAYS: dict[str, tuple[Play, Loss, str]] = {
    "truncated JSON": (Play(BID[:20]), Loss.UNREADABLE, "no JSON: unexpected end"),
    "truncated in transit": (Play(raw=full(BID)[:-9]), Loss.UNREADABLE, "cut off"),
    "HTML": (
        Play(b"<html><body>50</body></html>", content_type="text/html"),
        Loss.UNREADABLE,
        "a page for people (HTML)",
    ),
    "HTML with a doctype": (
        Play(b"<!DOCTYPE html><html><p>50<br></html>", content_type="text/html"),
        Loss.UNREADABLE,
        "no XML",
    ),
    "wrong charset": (Play(ODD.encode("latin-1")), Loss.UNREADABLE, "not valid UTF-8"),
    "UTF-16": (Play(ODD.encode("utf-16")), Loss.UNREADABLE, "not valid UTF-8"),
    "gzip bomb": (
        Play(zlib.compress(b" " * 50_000_000, wbits=31), headers=ZIPPED),
        Loss.TOO_LARGE,
        "more than 65536 bytes",
    ),
    "no gzip": (Play(BID, headers=ZIPPED), Loss.UNREADABLE, "incorrect header"),
    "10 MB": (Play(BID + b" " * 10_000_000), Loss.TOO_LARGE, "more than 65536 bytes"),
    "slow drip": (Play(raw=full(BID), drip_ms=30), Loss.LATE, ""),
    "duplicate keys": (
        Play(b'{"accepted":false,"bidAmount":50,"phoneNumber":"+15550100031","accepted":true}'),
        Loss.UNREADABLE,
        "'accepted' is there twice",
    ),
    "headers of 64 kB": (
        Play(raw=HEAD + b"X-Long: " + b"y" * 64_000 + b"\r\n\r\n" + BID),
        Loss.UNREADABLE,
        "",
    ),
    "many headers of 64 kB": (
        Play(raw=HEAD + b"X-Many: yyyyyyyyyyyyyyy\r\n" * 2_600 + b"\r\n"),
        Loss.UNREADABLE,
        "",
    ),
    "no HTTP": (Play(raw=b"SSH-2.0-OpenSSH_9.9\r\n"), Loss.UNREADABLE, ""),
    "reset": (Play(reset=True), Loss.UNREACHABLE, "Connection reset"),
    "cut": (Play(raw=b""), Loss.UNREACHABLE, "hung up without an answer"),
}


async def test_each_fault_is_one_lost_bid_with_its_reason(stage: Stage, tmp_path: Path) -> None:
    secure = PlayedBidders({"/": Play(BID)})
    await secure.start(secure=unvouched(tmp_path))
    elsewhere: dict[str, tuple[str, str]] = {
        "TLS that nobody vouches for": (f"{secure.url}/", "certificate verify failed"),
        "TLS where there is none": (stage.nats_url.replace("nats:", "https:"), "SSL"),
        "no DNS": ("https://bids.invalid/", "no address of bids.invalid"),
        "nobody there": ("http://127.0.0.1:1/", "ConnectionRefused"),
    }
    patient: dict[str, Any] = {"adaptive": False, "timeout_ms": 5_000}
    faulty = [
        stage.target(f"/{at}", play, name=name, **patient)
        for at, (name, (play, _, _)) in enumerate(PLAYS.items())
    ]
    faulty += [
        stage.target("/", name=name, endpoint=url, **patient)
        for name, (url, _) in elsewhere.items()
    ]
    good = stage.target("/good", bids(1, delay_ms=200), **patient)
    router = await stage.router(good, *faulty, deadline_ms=DEADLINE_MS)

    began = time.monotonic()
    won = await stage.sell(router)
    took_ms = (time.monotonic() - began) * 1_000

    assert isinstance(won, AuctionWon)
    assert (won.target_name, won.price, won.bids) == ("good", usd("1"), 1)
    assert took_ms < DEADLINE_MS + SLACK_MS
    ((record,),) = stage.rows("select record from rtb.auction")
    found = {one["name"]: (one["loss"], one["seen"]) for one in record["entries"]}
    assert found.pop("good") == (None, "")
    expected = {name: (loss, seen) for name, (_, loss, seen) in PLAYS.items()}
    expected |= {name: (Loss.UNREACHABLE, seen) for name, (_, seen) in elsewhere.items()}
    assert {name: loss for name, (loss, _) in found.items()} == {
        name: loss for name, (loss, _) in expected.items()
    }
    for name, (_, seen) in expected.items():
        assert seen in found[name][1], name
        assert found[name][1], name
    await secure.stop()
