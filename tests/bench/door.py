"""What the console's door costs over the bare ask behind it, and two hundred people watching.

The console runs in a process of its own; asks and requests alternate, so that their ratio
compares neighbouring moments.  Run: python -m tests.bench.door
"""

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson

from libs.contracts.editing import GetConfiguration, ListConfiguration, Noun
from libs.contracts.ids import AccountId
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.deadline import Deadline
from services.console.domain.access import Role
from tests.kit.nats import running_nats
from tests.kit.postgres import Databases, Templates, all_services, running_postgres
from tests.service.console.stage import Stage, running_stage

ROUNDS = 1_000  # of each pair
BUYERS = 100  # of the listed page
LISTENERS = 200
EVENTS_PER_SECOND = 100
SECONDS = 10
WITHIN_MS = 2_000


def serve(nats_url: str, database_url: str, pipe: Any) -> None:
    """Run the console and its owners; tell where it listens and a key; end when told."""

    async def run() -> None:
        async with running_stage(nats_url, database_url) as stage:
            await furnish(stage)
            watcher = await stage.program(Role.OWNER, account_of(stage))
            key = watcher.http.headers["Authorization"]
            pipe.send((stage.url, key, str(stage.owner.account_id)))
            while not pipe.poll():  # noqa: ASYNC110 - a pipe tells no event loop
                await asyncio.sleep(0.2)

    asyncio.run(run())


async def furnish(stage: Stage) -> None:
    await stage.console(requests_per_minute=10_000_000)
    stage.owner = await stage.program(Role.OWNER, account_of(stage))
    for at in range(BUYERS):
        await stage.owner.post("buyers", {"name": f"Buyer {at}"})


def account_of(stage: Stage) -> UUID:
    assert stage.owner.account_id is not None
    return stage.owner.account_id


async def timed(do: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await do()
    return (time.perf_counter() - began) * 1_000


async def compare(http: httpx.AsyncClient, ask: Ask, account: AccountId) -> None:
    """List and detail, each beside the ask that it stands on."""
    listed = (await http.get("buyers")).json()["items"]
    key = listed[0]["document"]["id"]
    pairs: dict[str, tuple[Any, str]] = {
        "list": (ListConfiguration(account_id=account, noun=Noun.BUYER), "buyers"),
        "detail": (
            GetConfiguration(account_id=account, noun=Noun.BUYER, key=key),
            f"buyers/{key}",
        ),
    }
    for name, (question, path) in pairs.items():
        asked, got = [], []
        for _ in range(ROUNDS):
            asked.append(await timed(lambda q=question: ask(q, Deadline.within(WITHIN_MS))))  # type: ignore[misc]
            got.append(await timed(lambda p=path: http.get(p)))  # type: ignore[misc]
        bare, door = statistics.median(asked), statistics.median(got)
        print(f"{name}: bare ask {bare:.2f} ms, route {door:.2f} ms, ratio {door / bare:.2f}")


class Watcher:
    """Somebody who watches the account's events; `slow` hardly reads."""

    def __init__(self, *, slow: bool = False) -> None:
        self.delays: list[float] = []
        self.resets = 0
        self.slow = slow

    async def watch(self, http: httpx.AsyncClient) -> None:
        async with http.stream("GET", "live", timeout=None) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("event: reset"):
                    self.resets += 1
                elif line.startswith("data: {"):
                    told = orjson.loads(line.removeprefix("data: "))
                    if "sent" in told:
                        self.delays.append((time.time() - told["sent"]) * 1_000)
                if self.slow:
                    await asyncio.sleep(1)


async def watched(url: str, key: str, broker: Broker, account: str) -> None:
    """Two hundred listeners, one of whom hardly reads, at a hundred events a second."""
    watchers = [Watcher(slow=at == 0) for at in range(LISTENERS)]
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=f"{url}/api/v1/", headers={"Authorization": key}, limits=limits
    ) as http:
        tasks = [asyncio.create_task(one.watch(http)) for one in watchers]
        await asyncio.sleep(3)
        for _ in range(EVENTS_PER_SECOND * SECONDS):
            fact = {"account_id": account, "sent": time.time(), "call_id": str(uuid4())}
            await broker.client.publish("event.call.ended.v1", orjson.dumps(fact))
            await asyncio.sleep(1 / EVENTS_PER_SECOND)
        await asyncio.sleep(2)
        for task in tasks:
            task.cancel()
    quick = [one for one in watchers if not one.slow]
    medians = sorted(statistics.median(one.delays) for one in quick)
    every = sorted(delay for one in quick for delay in one.delays)
    print(
        f"{LISTENERS} listeners: {len(every)} of {len(quick) * EVENTS_PER_SECOND * SECONDS} "
        f"events delivered to those who read, p50 {every[len(every) // 2]:.1f} ms, "
        f"p99 {every[int(len(every) * 0.99)]:.1f} ms; medians of listeners "
        f"{medians[0]:.1f} to {medians[-1]:.1f} ms; resets {sum(one.resets for one in quick)}"
    )


async def measure(nats_url: str, url: str, key: str, account: str) -> None:
    broker = Broker(nats_url, "console")
    broker.open()
    while not broker.connected:  # noqa: ASYNC110 - once
        await asyncio.sleep(0.05)
    async with httpx.AsyncClient(base_url=f"{url}/api/v1/", headers={"Authorization": key}) as http:
        await compare(http, Ask(broker), AccountId(UUID(account)))
    await watched(url, key, broker, account)
    await broker.close()


def main() -> None:
    with running_postgres() as postgres, running_nats() as nats:
        databases = Databases(Templates(postgres))
        database_url = databases.fresh(*all_services())
        ours, theirs = multiprocessing.Pipe()
        serving = multiprocessing.get_context("spawn").Process(
            target=serve, args=(nats.url, database_url, theirs)
        )
        serving.start()
        url, key, account = ours.recv()
        asyncio.run(measure(nats.url, url, key, account))
        ours.send("end")
        serving.join()
        databases.drop()


if __name__ == "__main__":
    main()
