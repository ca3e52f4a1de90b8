"""rtb is killed in the middle of an auction: the plan goes on in time, no place stays taken."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from deploy.local.bidders import PlayedBidders, bids
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import SaveRtbRouter, SaveRtbTarget
from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
from libs.contracts.configuration import Assignment, Buyer, Campaign, CampaignStatus, Number, Target
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.phone import PhoneDestination, read_caller
from libs.contracts.routing import AdmitCall, DialNext
from libs.runtime.ask import Ask
from libs.runtime.deadline import Deadline
from tests.kit.hosting import ACCOUNT_SID, TESTER, eventually
from tests.kit.processes import Processes

NUMBER, DESK, BIDDER = "+18005550100", "+15550100001", "+15550100031"
BUDGET_MS = 4_800  # as the ingress leaves for the router
SLOW_MS = 1_000


async def configure(ask: Ask, url: str) -> None:
    account_id = AccountId(uuid4())
    bidder = RtbTarget(id=uuid4(), name="Slow", endpoint=f"{url}/slow", timeout_ms=2_000)
    ring = RtbRouter(
        id=uuid4(), name="Ring", members=(RtbMember(target_id=bidder.id),), deadline_ms=2_000
    )
    buyer = Buyer(id=uuid4(), name="Acme")
    target = Target(
        id=uuid4(), buyer_id=buyer.id, name="desk", destination=PhoneDestination(number=DESK)
    )
    campaign = Campaign(
        id=uuid4(),
        name="Solar",
        status=CampaignStatus.ACTIVE,
        rtb_enabled=True,
        assignments=(
            Assignment(rtb_router_id=ring.id, priority=1),
            Assignment(target_id=target.id, priority=2),
        ),
    )
    line = Number(id=uuid4(), number=NUMBER, account_sid=ACCOUNT_SID, campaign_id=campaign.id)
    configuration = AccountConfiguration(
        buyers=(buyer,), targets=(target,), campaigns=(campaign,), numbers=(line,)
    )
    edit: dict[str, Any] = {"account_id": account_id, "actor": TESTER}
    for question in (
        SaveRtbTarget(**edit, document=bidder),
        SaveRtbRouter(**edit, document=ring),
        ImportConfiguration(**edit, configuration=configuration),
    ):
        await ask(question, Deadline.within(10_000))


async def admitted(ask: Ask, call_sid: str) -> tuple[str, float]:
    """Where a call goes, and after how many seconds that was known."""
    question = AdmitCall(
        call_id=call_id_of(ACCOUNT_SID, call_sid),
        account_sid=ACCOUNT_SID,
        call_sid=call_sid,
        caller=read_caller("+12125550123"),
        dialled=NUMBER,
    )
    began = time.monotonic()
    answer = await ask(question, Deadline.within(BUDGET_MS))
    assert isinstance(answer, DialNext), answer
    return str(answer.dial.destination), time.monotonic() - began


async def test_rtb_is_killed_while_bidders_are_asked(tmp_path: Path) -> None:
    settings = {
        "SESSION_SECRET": "a secret of the crash tests",
        "RTB_ALLOW_PRIVATE_ADDRESSES": "true",
    }
    async with AsyncExitStack() as stack:
        bidders = PlayedBidders({"/slow": bids(9, delay_ms=SLOW_MS)})
        await bidders.start()
        stack.push_async_callback(bidders.stop)
        processes = Processes(tmp_path, settings, stack)
        await processes.open()
        router, rtb = processes.service("router"), processes.service("rtb")
        for process in (router, rtb):
            process.start()
        await asyncio.gather(router.ready(), rtb.ready())
        ask = await processes.ask()
        await eventually(lambda: connected(ask))
        await configure(ask, bidders.url)
        assert (await admitted(ask, "CA1"))[0] == BIDDER

        calling = asyncio.create_task(admitted(ask, "CA2"))
        await eventually(lambda: asked_twice(bidders))
        await asyncio.to_thread(rtb.kill)
        destination, seconds = await calling

        assert destination == DESK
        assert seconds < BUDGET_MS / 1_000
        assert (await admitted(ask, "CA3"))[1] < 1  # nobody listens: known at once
        rtb.start()
        await rtb.ready()
        with psycopg.connect(processes.postgres.url) as connection:
            rows = connection.execute("SELECT call_id FROM rtb.reservation").fetchall()
            ((live,),) = connection.execute("SELECT live FROM rtb.counter").fetchall()
        assert [row[0] for row in rows] == [call_id_of(ACCOUNT_SID, "CA1")]
        assert live == 1
        assert (await admitted(ask, "CA4"))[0] == BIDDER


async def connected(ask: Ask) -> bool | None:
    return ask._broker.connected or None


async def asked_twice(bidders: PlayedBidders) -> bool | None:
    return len(bidders.heard) >= 2 or None
