"""What an auction costs over its slowest bidder: 10, 50 and 200 who answer in 20 ms.

rtb, the bidders and the asker are a process each.  Each size is asked in turn with a bare
fan-out by the same HTTP client from the asker's own process, so that the ratio compares
neighbouring moments.  Then with bidders that never answer: how long after the deadline the
auction ends, and whether every bid that was in time was used; and with bidders whose circuits
are open: what each of them costs.
Run: python -m tests.bench.auctioning [--look]: a look writes nothing.
"""

import asyncio
import gc
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import uvloop

from libs.contracts.auction import AuctionResult, AuctionWon, HoldAuction
from libs.contracts.bidding import RtbMember, RtbRouter, RtbTarget
from libs.contracts.bidding_edits import SaveRtbRouter, SaveRtbTarget
from libs.contracts.ids import AccountId, CallId, RtbRouterId
from libs.contracts.phone import Caller, CallerKind
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from libs.runtime.fetch import Fetch, Outgoing
from libs.runtime.service import COLLECT_AFTER
from services.rtb.app import create
from services.rtb.settings import Settings
from tests.bench.auction_report import OVER_MS, table, write
from tests.bench.bidders import BIDDER_MS, serve_bidders
from tests.bench.machine import cpu_seconds
from tests.bench.ratios import Spread, percentile, spread, steady
from tests.bench.report import exactly
from tests.bench.stage import ROOT
from tests.kit.hosting import TESTER, alive, settings_of
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates, running_postgres

SIZES = tuple(OVER_MS)
ROUNDS = 5
ROUNDS_MAX = 12  # held at most until so many undisturbed ones are there
AUCTIONS = 30  # of a round
WARM = 15
DEADLINE_MS = 300
SLOW_SHARE = 10  # every tenth bidder is silent
SPARED = 200  # bidders whose circuits are open
ACCOUNT = AccountId(uuid4())


def serve_rtb(nats_url: str, database_url: str, pipe: Any) -> None:
    """Run rtb until told to end."""

    async def run() -> None:
        about = {"nats_url": nats_url, "database_url": database_url}
        settings = settings_of(Settings, **about, allow_private_addresses=True, log_level="ERROR")
        async with alive(create(settings)):
            pipe.send(os.getpid())
            while not pipe.poll():  # noqa: ASYNC110 - a pipe tells no event loop
                await asyncio.sleep(0.2)

    uvloop.run(run())


def bidders(pipe: Any) -> None:
    """Run bidders until told to end."""

    async def run() -> None:
        server = await serve_bidders(max(SIZES))
        pipe.send(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        while not pipe.poll():  # noqa: ASYNC110 - a pipe tells no event loop
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

    async def router(self, paths: Sequence[str], *, adaptive: bool = False) -> RtbRouterId:
        members = []
        for path in paths:
            target = RtbTarget(
                id=uuid4(),
                name=f"bidder {path}",
                endpoint=f"{self.url}{path}",
                timeout_ms=5_000,
                adaptive=adaptive,
            )
            save = SaveRtbTarget(account_id=ACCOUNT, actor=TESTER, document=target)
            await self.ask(save, Deadline.within(5_000))
            members.append(RtbMember(target_id=target.id))
        ring = RtbRouter(
            id=uuid4(),
            name="ring",
            members=tuple(members),
            deadline_ms=DEADLINE_MS,
            explore_percent=0,
        )
        save_ring = SaveRtbRouter(account_id=ACCOUNT, actor=TESTER, document=ring)
        await self.ask(save_ring, Deadline.within(5_000))
        return ring.id

    async def auction(self, router_id: RtbRouterId) -> tuple[float, AuctionResult]:
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
        answer: AuctionResult = await self.ask(question, Deadline.within(5_000))
        return (time.perf_counter() - began) * 1_000, answer


async def bare(fetch: Fetch, url: str, size: int) -> float:
    """The fan-out alone: post, read, no more."""

    async def one(at: int) -> None:
        await fetch(Outgoing("POST", f"{url}/{at}", body=b'{"callerId":"+12125550123"}'), None)

    began = time.perf_counter()
    await asyncio.wait([asyncio.create_task(one(at)) for at in range(size)], timeout=1)
    return (time.perf_counter() - began) * 1_000


async def measure(nats_url: str, url: str, rtb: int) -> dict[str, Spread]:
    broker = Broker(nats_url, "router")
    broker.open()
    while not broker.connected:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.05)
    asker = Asker(Ask(broker), url)
    found: dict[str, Spread] = {}
    gc.freeze()  # as services do: else the bare fan-out pays for our libraries
    gc.set_threshold(COLLECT_AFTER)
    fetch = Fetch(allow_private=True)
    await fetch.open()
    for size in SIZES:
        found |= await compared(asker, fetch, url, size, rtb)
    await fetch.close()
    found |= await overshoot(asker)
    found |= await spared(asker)
    await broker.close()
    return found


async def compared(asker: Asker, fetch: Fetch, url: str, size: int, rtb: int) -> dict[str, Spread]:
    """Auctions of a size beside bare fan-outs, in rounds; and the processor time of both."""
    router_id = await asker.router([f"/{at}" for at in range(size)])
    for _ in range(WARM):
        await asker.auction(router_id)
        await bare(fetch, url, size)
    over: list[list[float]] = []
    floor: list[list[float]] = []
    used: list[float] = []
    used_bare: list[float] = []
    kept: list[int] = []
    while len(kept) < ROUNDS and len(over) < ROUNDS_MAX:
        before, pairs, plain_seconds = cpu_seconds({"rtb": rtb})["rtb"], [], 0.0
        for _ in range(AUCTIONS):
            took = (await asker.auction(router_id))[0]
            began = time.process_time()
            pairs.append((took, await bare(fetch, url, size)))
            plain_seconds += time.process_time() - began
        used.append((cpu_seconds({"rtb": rtb})["rtb"] - before) * 1_000 / AUCTIONS)
        used_bare.append(plain_seconds * 1_000 / AUCTIONS)
        over.append([took - BIDDER_MS for took, _ in pairs])
        floor.append([plain - BIDDER_MS for _, plain in pairs])
        kept = steady([statistics.median(one) for one in floor])
    ours = [statistics.median(over[at]) for at in kept]
    theirs = [statistics.median(floor[at]) for at in kept]
    every = sorted(value for at in kept for value in over[at])
    key = f"auction.over_slowest_ms.n{size}"
    return {
        f"{key}.p50": spread(ours),
        f"{key}.p99": exactly(percentile(every, 99)),
        f"auction.bare_fan_out_ms.n{size}.p50": spread(theirs),
        f"auction.vs_bare.n{size}.p50": spread(
            [mine / bare_one for mine, bare_one in zip(ours, theirs, strict=True)]
        ),
        f"auction.cpu_ms.n{size}": spread([used[at] for at in kept]),
        f"auction.cpu_vs_bare.n{size}": spread([used[at] / used_bare[at] for at in kept]),
    }


async def overshoot(asker: Asker) -> dict[str, Spread]:
    """Auctions that end by their deadline, because some bidders say nothing."""
    size = 50
    paths = [f"/silent/{at}" if at % SLOW_SHARE == 0 else f"/{at}" for at in range(size)]
    router_id = await asker.router(paths)
    over, used = [], 0
    for at in range(WARM + AUCTIONS * ROUNDS):
        took, answer = await asker.auction(router_id)
        if at >= WARM:
            over.append(took - DEADLINE_MS)
            used += answer.bids if isinstance(answer, AuctionWon) else 0
    in_time = (size - len(range(0, size, SLOW_SHARE))) * len(over)
    key = f"auction.deadline_overshoot_ms.n{size}"
    return {
        f"{key}.p50": exactly(percentile(sorted(over), 50)),
        f"{key}.p99": exactly(percentile(sorted(over), 99)),
        "auction.on_time_bids_used": exactly(used / in_time),
    }


async def spared(asker: Asker) -> dict[str, Spread]:
    """What each bidder costs that is not asked, because its circuit is open."""
    alone = await asker.router(["/0"])
    among = await asker.router(["/0", *(f"/down/{at}" for at in range(SPARED))], adaptive=True)
    for _ in range(WARM):  # more than it takes to open all circuits
        await asker.auction(alone)
        await asker.auction(among)
    more = []
    for _ in range(AUCTIONS):
        quick, (took, answer) = (await asker.auction(alone))[0], await asker.auction(among)
        assert answer.asked == 1, "all others are spared"
        more.append((took - quick) / SPARED)
    return {"auction.open_circuit_ms": exactly(statistics.median(more))}


def main() -> None:
    with running_postgres() as postgres, running_nats() as nats:
        databases = Databases(Templates(postgres))
        database_url = databases.fresh("rtb")
        with program(serve_rtb, nats.url, database_url) as rtb, program(bidders) as url:
            reached = uvloop.run(measure(nats.url, url, rtb))
        databases.drop()
    load_average = os.getloadavg()[0]
    print(*table(reached), sep="\n")
    if "--look" not in sys.argv:
        write(ROOT, reached, load_average)


if __name__ == "__main__":
    main()
