"""Tries a bidder's endpoint before it takes part: python -m services.rtb.conformance URL.

Sends the range of requests that auctions send, reads the answers as auctions do, and prints
what to fix.  Ends with 1 where there is something to fix, with 2 where it cannot begin.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from libs.contracts.bidding import RtbTarget
from libs.contracts.calls import Geography
from libs.contracts.ids import AuctionId, RtbTargetId
from libs.contracts.phone import read_caller
from libs.runtime.clock import SystemClock
from libs.runtime.fetch import Fetch
from services.rtb.bidders import Asking, Bidders
from services.rtb.domain.conformity import (
    AT_ONCE,
    Grade,
    Trial,
    Verdict,
    judged,
    offered_for,
    trials_of,
)
from services.rtb.domain.offer import offer_of
from services.rtb.domain.offered import Offered
from services.rtb.domain.reply import Reply

CLOCK = SystemClock()


async def tried(target: RtbTarget, ordinary: Offered) -> list[Verdict]:
    """Put an endpoint to all trials, one after the other."""
    fetch = Fetch(allow_private=True)  # a bidder may try its own machine
    await fetch.open()
    bidders = Bidders(fetch)
    try:
        verdicts = []
        for trial in trials_of(target):
            replies = await _replies(bidders, trial, target, ordinary)
            verdicts += judged(trial, target, replies, CLOCK.now())
        return verdicts
    finally:
        await bidders.stop()
        await fetch.close()


async def _replies(
    bidders: Bidders, trial: Trial, target: RtbTarget, ordinary: Offered
) -> list[Reply]:
    def asking() -> Asking:
        offered = offered_for(trial, ordinary)
        request = offer_of(target, offered, target.timeout_ms, CLOCK.now(), b"conformance")
        if trial is Trial.CUT:
            request = replace(request, body=request.body[: len(request.body) // 2])
        return Asking(target.id, request, target.timeout_ms, target.timeout_ms)

    if trial is Trial.CROWD:
        return await asyncio.gather(*(bidders.one(asking()) for _ in range(AT_ONCE)))
    one = asking()
    copies = 2 if trial is Trial.REPEATED else 1
    return [await bidders.one(one) for _ in range(copies)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, try, print."""
    given = _parser().parse_args(arguments)
    try:
        target = _target(given)
    except (ValidationError, ValueError, OSError) as fault:
        print(f"cannot begin: {fault}", file=sys.stderr)
        return 2
    ordinary = Offered(
        auction_id=AuctionId(uuid4()),
        at=CLOCK.now(),
        campaign_rtb_id=uuid4().hex,
        caller=read_caller(given.caller),
        dialled="+18005550100",
        geography=Geography(state=given.state, zip=given.zip, city=given.city, country="US"),
        tags=dict(given.tag),
        is_test=True,
    )
    verdicts = asyncio.run(tried(target, ordinary))
    for verdict in verdicts:
        print(f"{verdict.grade:<5} {verdict.trial}{': ' if verdict.text else ''}{verdict.text}")
    faults = sum(verdict.grade is Grade.FIX for verdict in verdicts)
    print(f"{faults} to fix" if faults else "ready to bid")
    return 1 if faults else 0


def _target(given: argparse.Namespace) -> RtbTarget:
    """The bidder as an operator would have configured it; options win over the document."""
    document: dict[str, Any] = {}
    if given.document:
        document = json.loads(Path(given.document).read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise ValueError("--document must be a JSON object: the fields of an RTB target")
    options = {
        "endpoint": given.url,
        "method": given.method,
        "content": given.content,
        "timeout_ms": given.timeout_ms,
        "headers": [{"name": name, "value": value} for name, value in given.header] or None,
        "auth": {"kind": "bearer", "token": given.bearer} if given.bearer else None,
    }
    always = {"id": RtbTargetId(uuid4()), "name": "conformance", "shared_tags": ["visit", "test"]}
    named = {name: value for name, value in options.items() if value is not None}
    return RtbTarget.model_validate({"exposure": "open", **document, **always, **named})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.rtb.conformance", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("url", help="where bids are asked for")
    parser.add_argument("--method", choices=("GET", "POST", "PUT", "PATCH"))
    parser.add_argument("--content", choices=("json", "form", "xml", "query"))
    parser.add_argument("--timeout-ms", type=int, help="50 to 5000; 1500 unless told")
    parser.add_argument(
        "--header", type=_pair, action="append", default=[], metavar="NAME=VALUE", help="repeats"
    )
    parser.add_argument("--bearer", metavar="TOKEN", help="for the Authorization header")
    parser.add_argument(
        "--document", metavar="FILE", help="an RTB target as JSON, as the API takes it"
    )
    parser.add_argument("--caller", default="+12125550100", help="the ordinary call's caller")
    parser.add_argument("--state", default="CA")
    parser.add_argument("--zip", default="90001")
    parser.add_argument("--city", default="Los Angeles")
    parser.add_argument(
        "--tag", type=_pair, action="append", default=[], metavar="NAME=VALUE", help="repeats"
    )
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
