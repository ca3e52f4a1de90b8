"""What a call leaves on disks, and how many connections there are, in the product as processes.

Twelve callers call again and again; what is measured lies between the first calls, which make
pages and pools, and the last.  What it takes of processors `make bench` says.
Run: python -m tests.bench.sizing [--calls N] [--look]
"""

import argparse
import asyncio
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import nats
import psycopg

from deploy.nats import OPERATOR
from libs.contracts.streams import EVENTS
from tests.bench.machine import commit, described, today
from tests.bench.stage import ROOT
from tests.kit.engine import server_folder
from tests.kit.processes import PASSWORDS, Processes
from tests.system.crash.town import Product, product_running, town_in

CALLS = 2_000
WARM_UP = 200  # pages of tables and connections are there then
PORTION = 100  # waited for together
SETTLE_SECONDS = 3.0  # facts on the way are read
FILE = ROOT / "docs" / "benchmarks" / "sizing.md"
SIZES = """
SELECT n.nspname, sum(pg_total_relation_size(c.oid))::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname = ANY(%s) GROUP BY 1
"""
SCHEMAS = ["router", "tracking", "rtb", "flows", "console"]
CONNECTIONS = """
SELECT application_name, count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND application_name <> '' GROUP BY 1 ORDER BY 1
"""
HEAD = """\
# How much a call leaves

`python -m tests.bench.sizing`: the product as processes, one of each that a call needs, PostgreSQL
durable, twelve callers at once; {calls} calls after {warm_up} that were not counted. A call is
answered, talks and ends: {webhooks:.1f} webhooks, {facts:.1f} facts. Tables are counted as they
are, with indexes and dead rows. Nothing of this depends on how busy the machine is.

{day}, commit {commit}. {machine}.

| of a call | |
|---|---|
"""


@dataclass(frozen=True)
class Seen:
    """How much there was of everything at a moment."""

    calls: int
    webhooks: int
    sizes: dict[str, int]
    log_bytes: int
    stream_bytes: int
    facts: int
    connections: dict[str, int]


async def seen(product: Product, calls: int, webhooks: int) -> Seen:
    """Look at everything."""
    servers = product.processes
    with psycopg.connect(servers.postgres.url) as connection:
        sizes: dict[str, int] = dict(connection.execute(SIZES, [SCHEMAS]).fetchall())
        connections: dict[str, int] = dict(connection.execute(CONNECTIONS).fetchall())
        log = connection.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
    assert log is not None
    client = await nats.connect(
        servers.nats.url,
        user=OPERATOR,
        password=PASSWORDS[OPERATOR],
        inbox_prefix=f"_INBOX_{OPERATOR}",
    )
    state = (await client.jetstream().stream_info(EVENTS.name)).state
    await client.close()
    return Seen(
        calls,
        webhooks,
        sizes,
        int(log[0]),
        state.bytes,
        state.messages,
        connections,
    )


async def measured(calls: int) -> tuple[Seen, Seen]:
    """Everything before and after so many calls."""
    with TemporaryDirectory(dir=server_folder()) as name:
        Path(name).chmod(0o711)
        async with product_running(Path(name), kind=Processes) as product, town_in(product) as town:

            async def look() -> Seen:
                await asyncio.sleep(SETTLE_SECONDS)
                reports = town.callers.reports
                return await seen(product, len(reports), sum(len(one.steps) for one in reports))

            town.callers.start()
            for _ in range(0, WARM_UP, PORTION):
                await town.callers.more(PORTION)
            first = await look()
            for _ in range(0, calls, PORTION):
                await town.callers.more(PORTION)
            last = await look()
            await town.callers.stop()
            return first, last


def rows(first: Seen, last: Seen) -> list[tuple[str, str]]:
    """What is told, line by line."""
    calls = last.calls - first.calls
    disk = {
        name: (last.sizes[name] - first.sizes.get(name, 0)) / calls
        for name in sorted(last.sizes)
        if last.sizes[name] - first.sizes.get(name, 0) >= calls
    }
    stream = (last.stream_bytes - first.stream_bytes) / calls
    by_schema = ", ".join(f"{name} {part / 1_000:.1f}" for name, part in disk.items())
    connections = ", ".join(f"{name} {many}" for name, many in last.connections.items())
    return [
        ("PostgreSQL, kB of tables and indexes", f"{sum(disk.values()) / 1_000:.1f}: {by_schema}"),
        ("PostgreSQL, GB for a million calls", f"{sum(disk.values()) / 1_000:.1f}"),
        ("PostgreSQL, kB of log", f"{(last.log_bytes - first.log_bytes) / calls / 1_000:.1f}"),
        ("NATS, kB of the stream", f"{stream / 1_000:.1f}"),
        ("NATS, GB for a million calls, 14 days", f"{stream / 1_000:.1f}"),
        ("calls until EVENTS is full", f"{EVENTS.max_bytes / stream / 1e6:.2f} million"),
        ("connections at PostgreSQL, in all", f"{sum(last.connections.values())}: {connections}"),
    ]


def main() -> None:
    """Measure, print, and keep unless only a look was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--look", action="store_true", help="write nothing")
    options = parser.parse_args()
    first, last = asyncio.run(measured(options.calls))
    calls = last.calls - first.calls
    head = HEAD.format(
        calls=calls,
        warm_up=first.calls,
        webhooks=(last.webhooks - first.webhooks) / calls,
        facts=(last.facts - first.facts) / calls,
        day=today(),
        commit=commit(ROOT),
        machine=described(),
    )
    text = head + "".join(f"| {name} | {value} |\n" for name, value in rows(first, last))
    print(text)
    if not options.look:
        FILE.write_text(text)


if __name__ == "__main__":
    main()
