"""What an auction costs over its slowest bidder: 10, 50 and 200 who answer in 20 ms.

rtb, the bidders and the asker are a process each.  Each size is asked in turn with a bare
fan-out by the same HTTP client from the asker's own process, so that the ratio compares
neighbouring moments.  Then with bidders that never answer: how long after the deadline the
auction ends, and whether every bid that was in time was used.
Run: python -m tests.bench.auctioning
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import uvloop

from deploy.local.bidders import PlayedBidders, bids
from libs.contracts.auction import AuctionWon, HoldAuction
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import SaveRtbRouter, SaveRtbTarget
from libs.contracts.ids import AccountId, CallId, RtbRouterId
from libs.contracts.phone import Caller, CallerKind
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.rtb.app import create
from services.rtb.settings import Settings
from tests.kit.hosting import TESTER, alive, settings_of
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates, running_postgres

SIZES = (10, 50, 200)
ROUNDS = 150  # auctions of each size
WARM = 15
BIDDER_MS = 20
SILENT_MS = 30_000
DEADLINE_MS = 300
SLOW_SHARE = 10  # every tenth bidder is silent in the last part
ACCOUNT = AccountId(uuid4())


def serve_rtb(nats_url: str, database_url: str, pipe: Any) -> None:
    """Run rtb until told to end."""

    async def run() -> None:
        about = {"nats_url": nats_url, "database_url": database_url}
        settings = settings_of(Settings, **about, allow_private_addresses=True, log_level="ERROR")
        async with alive(create(settings)):
            pipe.send("up")
            while not pipe.poll():  # noqa: ASYNC110 - a pipe tells no event loop
                await asyncio.sleep(0.2)

    uvloop.run(run())


def serve_bidders(pipe: Any) -> None:
    """Run bidders until told to end."""

    async def run() -> None:
        bidders = PlayedBidders()
        for at in range(max(SIZES)):
            bidders.plays[f"/{at}"] = bids(str(1 + at / 100), delay_ms=BIDDER_MS)
            bidders.plays[f"/silent/{at}"] = bids("99", delay_ms=SILENT_MS)
        await bidders.start()
        pipe.send(bidders.url)
        while not pipe.poll():
            bidders.heard.clear()
            await asyncio.sleep(0.2)

    uvloop.run(run())


@contextmanager
def program(target: Any, *arguments: Any) -> Iterator[Any]:
    """A process of its own; gives what it says first."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(*arguments, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("end")
        process.join()


class Asker:
    """Configures and asks as the router would."""

    def __init__(self, ask: Ask, url: str) -> None:
        self.ask = ask
        self.url = url

    async def router(self, size: int, silent_every: int = 0) -> RtbRouterId:
        members = []
        for at in range(size):
            silent = silent_every and at % silent_every == 0
            path = f"/silent/{at}" if silent else f"/{at}"
            target = RtbTarget(
                id=uuid4(),
                name=f"bidder {at}",
                endpoint=f"{self.url}{path}",
                timeout_ms=5_000,
                adaptive=False,
            )
            save = SaveRtbTarget(account_id=ACCOUNT, actor=TESTER, document=target)
            await self.ask(save, Deadline.within(5_000))
            members.append(RtbMember(target_id=target.id))
        ring = RtbRouter(id=uuid4(), name="ring", members=tuple(members), deadline_ms=DEADLINE_MS)
        save_ring = SaveRtbRouter(account_id=ACCOUNT, actor=TESTER, document=ring)
        await self.ask(save_ring, Deadline.within(5_000))
        return ring.id

    async def auction(self, router_id: RtbRouterId) -> tuple[float, AuctionWon]:
        question = HoldAuction(
            call_id=CallId(uuid4()),
            step=0,
            account_id=ACCOUNT,
            account_sid="AC1",
            call_sid="CA1",
            rtb_router_id=router_id,
            campaign_id=uuid4(),
            caller=Caller(kind=CallerKind.NUMBER, text="+12125550123"),
            dialled="+18005550100",
        )
        began = time.perf_counter()
        answer = await self.ask(question, Deadline.within(5_000))
        assert isinstance(answer, AuctionWon), answer
        return (time.perf_counter() - began) * 1_000, answer


async def bare(session: aiohttp.ClientSession, url: str, size: int) -> float:
    """The fan-out alone: post, read, no more."""

    async def one(at: int) -> None:
        async with session.post(f"{url}/{at}", data=b'{"callerId":"+12125550123"}') as answer:
            await answer.read()

    began = time.perf_counter()
    await asyncio.wait([asyncio.create_task(one(at)) for at in range(size)], timeout=1)
    return (time.perf_counter() - began) * 1_000


def told(values: list[float]) -> str:
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):.1f} p99 {ordered[int(len(ordered) * 0.99)]:.1f}"


async def measure(nats_url: str, url: str) -> None:
    broker = Broker(nats_url, "router")
    broker.open()
    while not broker.connected:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.05)
    asker = Asker(Ask(broker), url)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        for size in SIZES:
            await compare(asker, session, url, size)
    await overshoot(asker)
    await broker.close()


async def compare(asker: Asker, session: aiohttp.ClientSession, url: str, size: int) -> None:
    router_id = await asker.router(size)
    over, floor = [], []
    for at in range(WARM + ROUNDS):
        took, _ = await asker.auction(router_id)
        plain = await bare(session, url, size)
        if at >= WARM:
            over.append(took - BIDDER_MS)
            floor.append(plain - BIDDER_MS)
    ratio = statistics.median(over) / statistics.median(floor)
    print(
        f"auction.over_slowest_ms.n{size}: {told(over)}; bare fan-out {told(floor)}; "
        f"ratio of medians {ratio:.2f}"
    )


async def overshoot(asker: Asker) -> None:
    size = 50
    router_id = await asker.router(size, SLOW_SHARE)
    over, used = [], 0
    for at in range(WARM + ROUNDS):
        took, answer = await asker.auction(router_id)
        if at >= WARM:
            over.append(took - DEADLINE_MS)
            used += answer.bids
    in_time = (size - len(range(0, size, SLOW_SHARE))) * ROUNDS
    print(
        f"auction.deadline_overshoot_ms.n{size}: {told(over)}; "
        f"auction.on_time_bids_used: {used / in_time:.3f}"
    )


def main() -> None:
    with running_postgres() as postgres, running_nats() as nats:
        databases = Databases(Templates(postgres))
        database_url = databases.fresh("rtb")
        with program(serve_rtb, nats.url, database_url), program(serve_bidders) as url:
            uvloop.run(measure(nats.url, url))
        databases.drop()


if __name__ == "__main__":
    main()
