"""A played call told to people: what was decided and why, and what is kept of it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from deploy.local.demo import ACCOUNT
from libs.contracts.auctions import AuctionDetail, BidShown, GetAuction
from libs.contracts.explaining import ExplainCall, ExplainedStep, Explanation, Verdict
from libs.contracts.flow_looks import FlowWalk, GetFlowWalk
from libs.contracts.ids import CallId
from libs.contracts.tracking import CallDetail, GetCall
from libs.contracts.worth import Worth
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.deadline import Deadline

ASK_WITHIN_MS = 2_000
RECORD_WITHIN_SECONDS = 10.0  # facts are folded within milliseconds, unless all is just starting
POLL_SECONDS = 0.1
QUIET_SECONDS = 0.5  # the last callbacks of a call, that of its recording among them, follow soon


async def story(ask: Ask, call_id: CallId) -> AsyncIterator[str]:
    """Lines about one call of the demo account."""
    detail = await _record(ask, call_id)
    if detail is None:
        yield "The demo account knows no end of this call.  If the number is another account's, or"
        yield "nobody's, the call is not here: GET /api/v1/calls of its account shows it."
        return
    try:
        explanation: Explanation = await ask(
            ExplainCall(account_id=ACCOUNT, call_id=call_id), Deadline.within(ASK_WITHIN_MS)
        )
    except (Refused, Unanswered) as no:
        yield f"The router gives no explanation: {no}"
    else:
        for line in _explained(explanation):
            yield line
        async for line in _auctions(ask, explanation):
            yield line
    async for line in _way(ask, call_id):
        yield line
    for line in _recorded(detail):
        yield line


async def _record(ask: Ask, call_id: CallId) -> CallDetail | None:
    """The call once it has ended and nothing more is heard of it; None: its end is not known."""
    give_up_at = time.monotonic() + RECORD_WITHIN_SECONDS
    question = GetCall(account_id=ACCOUNT, call_id=call_id)
    found: CallDetail | None = None
    heard_at = 0.0
    while (now := time.monotonic()) < give_up_at:
        with contextlib.suppress(Refused, Unanswered):  # not heard of yet
            detail: CallDetail = await ask(question, Deadline.within(ASK_WITHIN_MS))
            if found is None or len(detail.timeline) > len(found.timeline):
                found, heard_at = detail, now
        ended = found is not None and found.call.ended_at is not None
        if ended and now - heard_at > QUIET_SECONDS:
            break
        await asyncio.sleep(POLL_SECONDS)
    return found if found is not None and found.call.ended_at is not None else None


def _explained(explanation: Explanation) -> list[str]:
    lines = ["", "Why it went there:"]
    for step in explanation.steps:
        lines += told(step)
    return lines


def told(step: ExplainedStep) -> list[str]:
    """One decision: its sentence, and everybody who was considered."""
    lines = [f"  step {step.step}: {step.sentence}"]
    for row in step.candidates:
        mark = {Verdict.CHOSEN: "=>", Verdict.EXCLUDED: " x", Verdict.LOST: "  "}[row.verdict]
        saw = f": saw {row.seen}" if row.seen else ""
        needed = f", needs {row.needed}" if row.needed else ""
        lines.append(f"    {mark} {row.target_name} ({row.buyer_name}) {row.rule}{saw}{needed}")
        if row.verdict is Verdict.LOST:
            lines.append(f"       it {row.otherwise}")
    return lines


async def _way(ask: Ask, call_id: CallId) -> AsyncIterator[str]:
    """The nodes that a call in a flow came through."""
    question = GetFlowWalk(account_id=ACCOUNT, call_id=call_id)
    try:
        walk: FlowWalk = await ask(question, Deadline.within(ASK_WITHIN_MS))
    except (Refused, Unanswered):
        return  # it was in none
    yield ""
    yield f"Its way through the flow (version {walk.version}):"
    for step in walk.steps:
        heard = f", heard {step.heard}" if step.heard else ""
        note = f" ({step.note})" if step.note else ""
        tags = "".join(f", {name} = {value}" for name, value in step.tags.items())
        port = f"by {step.port}" if step.port else "ends"
        yield f"    {step.node:10} {step.type:10} {port}{note}{heard}{tags}"
    if walk.finished:
        yield f"    It ended: {walk.finished}."


async def _auctions(ask: Ask, explanation: Explanation) -> AsyncIterator[str]:
    """Every auction of the call, with its bids."""
    held = [row.auction_id for step in explanation.steps for row in step.candidates]
    for auction_id in dict.fromkeys(one for one in held if one is not None):
        question = GetAuction(account_id=ACCOUNT, auction_id=auction_id)
        try:
            detail: AuctionDetail = await ask(question, Deadline.within(ASK_WITHIN_MS))
        except (Refused, Unanswered) as no:
            yield f"The auction cannot be shown: {no}"
            continue
        for line in bids_told(detail):
            yield line


def bids_told(detail: AuctionDetail) -> list[str]:
    """An auction as a table: who was asked, what came, and what became of it."""
    auction = detail.auction
    lines = [
        "",
        f"The auction at {auction.router_name}: {auction.asked} asked, {auction.bids} valid bids, "
        f"{auction.milliseconds} of {detail.deadline_ms} ms",
        f"    {'bidder':14} {'ms':>7} {'bid':>9} {'ranks as':>9} {'to win':>9}  what became of it",
    ]
    lines += [_bid_told(row) for row in detail.bidders]
    return lines


def _bid_told(row: BidShown) -> str:
    mark = "  " if row.loss else "=>"
    why = f": {row.seen}" if row.seen else ""
    took = "" if row.milliseconds is None else f"{row.milliseconds:.1f}"
    bid = f"{row.amount.amount:.2f}" if row.amount else ""
    effective = "" if row.effective is None else f"{row.effective:.2f}"
    to_win = "" if row.to_win is None else f"{row.to_win:.2f}"
    return (
        f" {mark} {row.name:14} {took:>7} {bid:>9} {effective:>9} {to_win:>9}  {_became(row)}{why}"
    )


def _became(row: BidShown) -> str:
    price = f"{row.price.amount:.2f}" if row.price else "nothing"
    if row.loss is None:
        return f"won at {price}"
    return f"{row.loss}, then won at {price}" if row.won_step else str(row.loss)


def _worth(worth: Worth) -> str:
    return f"{worth.revenue:.2f} revenue, {worth.payout:.2f} payout, {worth.cost:.2f} cost"


def _recorded(detail: CallDetail) -> list[str]:
    call = detail.call
    lines = ["", "What tracking keeps:"]
    facts: dict[str, Any] = {
        "call": call.call_id,
        "state": call.state,
        "campaign": call.campaign_name,
        "buyer": f"{call.buyer_name}, {call.target_name}",
        "seconds": f"{call.seconds} in all, {call.talk_seconds or 0} of talk",
        **{f"in {one.currency}": _worth(one) for one in call.worth},
        "recording": f"{call.recording_status}, {call.recording_seconds} seconds",
        **({"transcript": call.recording_transcript} if call.recording_transcript else {}),
    }
    lines += [f"  {name:10} {value}" for name, value in facts.items()]
    lines += [
        f"    {entry.at:%H:%M:%S.%f} {entry.subject.split('.v')[0]} (leg {entry.step})"
        for entry in detail.timeline
    ]
    return lines
