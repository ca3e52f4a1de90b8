"""How many exclusive, committed number leases a second 32 visitors at once are given.

First by the lease store alone: each lease is taken and committed with its visit. Then by a whole
tracking, a process of its own, over HTTP: every visitor is new and says what a page says, on a
keep-alive connection. PostgreSQL is durable. Afterwards the tables are compared with the answers:
a number that two visitors hold, or a lease that is not there, is a collision.
Run: python -m tests.bench.leasing [--look]
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
import psycopg
import uvloop

from deploy.local.servers import PostgresServer
from deploy.local.servers.ports import free_port
from libs.contracts.dni import SaveTrackingTag, TrackingTag
from libs.contracts.ids import AccountId, CampaignId, PoolId, VisitId
from libs.contracts.known_numbers import KnownNumber, KnownNumbers, KnownPool
from libs.runtime.ask import Ask, Refused, Unanswered
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.migrations import migrate_all
from services.tracking.domain.arrival import Arrival
from services.tracking.store.leasing import Leased, Leasing, Wish
from services.tracking.store.numbers import Numbers
from tests.bench.goals import Goal
from tests.bench.machine import commit, described, today
from tests.bench.ratios import Spread, percentile, spread
from tests.bench.report import goals_table, keep, rounded
from tests.bench.stage import ROOT
from tests.bench.wire import Connection
from tests.kit.engine import server_folder
from tests.kit.hosting import SECRET, TESTER
from tests.kit.nats import running_nats

VISITORS = 32
ROUNDS = 5
SECONDS = 2.0
NUMBERS = 120_000  # more than are leased in all rounds
CHUNK = 2_000
ACCOUNT, CAMPAIGN, POOL = AccountId(uuid4()), CampaignId(uuid4()), PoolId(uuid4())
READY_WITHIN_SECONDS = 30.0
PAGE = "https://www.example.com/roofs"
KEY = "dni.lease.c32.per_s"
DOOR = "dni.door.c32.per_s"
GOALS = (
    Goal(KEY, "at least", 1_500, "exclusive, committed leases per second to 32 visitors"),
    Goal(DOOR, "at least", 1_500, "the same through tracking's door, over HTTP"),
    Goal("dni.lease.collisions", "at most", 0, "numbers that two visitors held"),
)


@dataclass
class Port:
    """Where tracking listens, as the wire wants it."""

    port: int


@contextmanager
def tracking(nats_url: str, database_url: str, port: int) -> Iterator[None]:
    """A process of its own, as in production."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "NATS_URL": nats_url,
        "DATABASE_URL": database_url,
        "SESSION_SECRET": SECRET,
        "LOG_LEVEL": "ERROR",
        "TRACKING_TRUSTED_PROXIES": "1",
    }
    arguments = [
        *(sys.executable, "-m", "uvicorn", "--factory", "services.tracking.app:create"),
        *("--host", "127.0.0.1", "--port", str(port), "--no-access-log", "--log-level", "warning"),
    ]
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def prepared(nats_url: str, database_url: str) -> str:
    """A pool with its numbers and a tag; give the tag's code."""
    database = Database(database_url, "bench")
    await database.open()
    known = KnownPool(account_id=ACCOUNT, pool_id=POOL, campaign_id=CAMPAIGN, campaign_name="Roofs")
    numbers = [
        KnownNumber(
            account_id=ACCOUNT,
            number_id=uuid4(),
            number=f"+1800{at:07}",
            pool_id=POOL,
            campaign_id=CAMPAIGN,
            campaign_name="Roofs",
        )
        for at in range(NUMBERS)
    ]
    for at in range(0, NUMBERS, CHUNK):
        some = KnownNumbers(version=1, pools=(known,), numbers=tuple(numbers[at : at + CHUNK]))
        await Numbers(database).take(some, None)
    await database.close()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE tracking.line")
        connection.execute("CHECKPOINT")
    tag = tag_of()
    broker = Broker(nats_url, "console")
    broker.open()
    save = SaveTrackingTag(account_id=ACCOUNT, actor=TESTER, document=tag)
    give_up_at = time.monotonic() + READY_WITHIN_SECONDS
    while True:
        try:
            await Ask(broker)(save, Deadline.within(2_000))
        except (Unanswered, Refused):
            if time.monotonic() > give_up_at:
                raise
            await asyncio.sleep(0.1)
        else:
            await broker.close()
            return tag.code


def tag_of() -> TrackingTag:
    return TrackingTag(
        id=uuid4(),
        name="bench",
        code=uuid4().hex,
        campaign_id=CAMPAIGN,
        pool_id=POOL,
        leases_per_minute=1_000_000,
        tags={"site": "roofs"},
    )


def request(code: str, port: int) -> bytes:
    """A new visitor, as dni.js says it."""
    body = orjson.dumps(
        {
            "tag": code,
            "visitor": uuid4().hex,
            "page": "https://www.example.com/roofs?utm_source=google&utm_medium=cpc&gclid=abc",
            "referrer": "https://www.google.com/",
            "parameters": {"utm_source": "google", "utm_medium": "cpc", "gclid": "abc"},
        }
    )
    head = (
        f"POST /dni/v1/visits HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/142.0\r\n"
        f"X-Forwarded-For: 192.0.{random.randrange(256)}.{random.randrange(256)}\r\n"
        "Origin: https://www.example.com\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def round_of(code: str, port: int) -> tuple[float, list[float], list[str]]:
    """Leases a second, how long each took, and the numbers."""
    prepared_requests = iter([request(code, port) for _ in range(int(SECONDS * 5_000))])
    took: list[float] = []
    numbers: list[str] = []
    stop_at = time.perf_counter() + SECONDS

    async def visitor() -> None:
        connection = await Connection.open(Port(port))  # type: ignore[arg-type]
        while time.perf_counter() < stop_at:
            answer = await connection.ask(next(prepared_requests))
            told: dict[str, Any] = orjson.loads(answer.body)
            assert (answer.status, told["showing"]) == (200, "leased"), told
            took.append(answer.seconds)
            numbers.append(told["number"])

    began = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(VISITORS)))
    return len(numbers) / (time.perf_counter() - began), took, numbers


async def leases_of(database_url: str) -> tuple[float, list[str]]:
    """Leases a second by the store alone, and the numbers."""
    database = Database(database_url, "leasing")
    await database.open()
    leasing, numbers = Leasing(database), list[str]()
    tag = tag_of()
    stop_at = time.perf_counter() + SECONDS

    async def visitor() -> None:
        while time.perf_counter() < stop_at:
            arrival = Arrival(
                uuid4().hex, PAGE, PAGE, {"utm_source": "google"}, "google", "Firefox"
            )
            place = f"192.0.{random.randrange(256)}.{random.randrange(256)}"
            got = await leasing.take(Wish(ACCOUNT, POOL, tag, arrival, place, VisitId(uuid4())))
            assert isinstance(got, Leased), got
            numbers.append(got.number)

    began = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(VISITORS)))
    rate = len(numbers) / (time.perf_counter() - began)
    await database.close()
    return rate, numbers


def collisions(database_url: str, numbers: list[str]) -> int:
    """Numbers that were given twice, and leases that are not in the table."""
    with psycopg.connect(database_url) as connection:
        held = connection.execute(
            "SELECT number FROM tracking.line WHERE free_at > now() AND visit_id IS NOT NULL"
        ).fetchall()
    return len(numbers) - len(set(numbers)) + len({row[0] for row in held} ^ set(numbers))


async def measure(nats_url: str, database_url: str, port: int) -> dict[str, Spread]:
    code = await prepared(nats_url, database_url)
    await asyncio.sleep(1.0)
    alone, rates, took, numbers = [], [], [], []
    for number in range(ROUNDS + 1):
        (lease_rate, leased), (rate, times, given) = (
            await leases_of(database_url),
            await round_of(code, port),
        )
        numbers += [*leased, *given]
        if number:  # the first warms up
            alone.append(lease_rate)
            rates.append(rate)
            took += times
            print(f"round {number}: {lease_rate:.0f} leases/s; at the door {rate:.0f}")
    ordered = sorted(took)
    return {
        KEY: spread(alone),
        DOOR: spread(rates),
        "dni.door.c32.p50_ms": spread([percentile(ordered, 50) * 1_000]),
        "dni.door.c32.p99_ms": spread([percentile(ordered, 99) * 1_000]),
        "dni.lease.collisions": spread([float(collisions(database_url, numbers))]),
    }


def main() -> None:
    server = PostgresServer(server_folder(), durable=True)
    try:
        server.start()
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE leasing")
        database_url = server.url_of("leasing")
        migrate_all(database_url, ["tracking"])
        port = free_port(8_300)
        with running_nats() as nats, tracking(nats.url, database_url, port):
            reached = uvloop.run(measure(nats.url, database_url, port))
    finally:
        server.discard()
    print(*goals_table(reached, GOALS), sep="\n")
    if "--look" not in sys.argv:
        write(reached)


def write(reached: dict[str, Spread]) -> None:
    """Put the keys beside those of calls, and the table into leasing.md."""
    folder = ROOT / "docs" / "benchmarks"
    found: dict[str, float | str] = {"dni.date": today(), "dni.commit": commit(ROOT)}
    found |= {key: rounded(of.median) for key, of in reached.items()}
    keep(folder, found, lambda key: key.startswith("dni."))
    where = f"{today()}, commit {commit(ROOT)}. {described()}."
    lines = [*HEAD, where, "", *goals_table(reached, GOALS), ""]
    more = [f"- `{key}`: {of.median:.1f}" for key, of in reached.items() if ".door." in key]
    (folder / "leasing.md").write_text("\n".join([*lines, *more, ""]))


HEAD = (
    "# What a lease costs",
    "",
    "`python -m tests.bench.leasing`: 32 visitors at once, each new, each given a number that",
    "nobody else holds, committed with her visit on durable PostgreSQL: by the lease store alone,",
    "and by a whole tracking over HTTP, from an own address each. One machine; medians of rounds.",
    "",
)


if __name__ == "__main__":
    main()
