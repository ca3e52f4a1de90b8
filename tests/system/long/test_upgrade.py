"""New code takes over from old while people call, a migration between them: nobody notices.

The old code is the commit before the last one that brought a migration, or UPGRADE_FROM.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from libs.runtime.migrations import migrated_services
from tests.kit.processes import ROOT, STOP_WITHIN_SECONDS, Process, Processes
from tests.system.crash.town import CALLS_AROUND, product_running, town_in

VERSIONS = "services/*/migrations/versions/*.py"
NONE = "it is not there"


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


class Edge(httpx.AsyncBaseTransport):
    """Sends a request to one of the ingresses that are there, whole, as the proxy before them."""

    def __init__(self) -> None:
        self.to: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.to = [*self.to[1:], *self.to[:1]]
        body = await request.aread()
        lines = [
            f"{request.method} {request.url.raw_path.decode()} HTTP/1.1",
            *(f"{name}: {value}" for name, value in request.headers.items()),
            "\r\n",
        ]
        for url in self.to:
            try:
                return await sent(httpx.URL(url), "\r\n".join(lines).encode() + body)
            except ConnectionRefusedError:
                continue
        raise httpx.ConnectError("no ingress is there", request=request)


async def sent(to: httpx.URL, whole: bytes) -> httpx.Response:
    """What is answered over a connection of its own."""
    assert to.port is not None
    reader, writer = await asyncio.open_connection(to.host, to.port)
    try:
        writer.write(whole)
        await writer.drain()
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = httpx.Headers({name: value for name, _, value in map(parted, lines)})
        body = await reader.readexactly(int(headers["content-length"]))
    finally:
        writer.close()
    return httpx.Response(int(first.split()[1]), headers=headers, content=body)


def parted(line: str) -> tuple[str, str, str]:
    return line.partition(": ")


class Upgraded(Processes):
    """Processes of the old sources, until `root` is ours."""

    old: Path
    root: Path

    def service(self, name: str, label: str = "", root: Path | None = None) -> Process:
        return super().service(name, label, root or self.root)

    def migrate(self) -> None:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "DATABASE_URL": self.url}
        subprocess.run(
            [sys.executable, "-m", "libs.runtime.migrations"],
            cwd=self.root,
            env=environment,
            check=True,
        )

    @property
    def url(self) -> str:
        return self.postgres.url

    def revisions(self) -> dict[str, str]:
        with psycopg.connect(self.url) as connection:
            return {
                service: str(row[0]) if row else NONE
                for service in migrated_services()
                for row in [
                    connection.execute(
                        f"SELECT version_num FROM {service}.alembic_version"
                    ).fetchone()
                ]
            }


@pytest.fixture
def old_sources(tmp_path: Path) -> Iterator[Path]:
    last = git("log", "-1", "--format=%H", "--diff-filter=A", "--", VERSIONS)
    commit = os.environ.get("UPGRADE_FROM") or f"{last}~1"
    folder = tmp_path / "old"
    git("worktree", "add", "--detach", str(folder), commit)
    try:
        yield folder
    finally:
        git("worktree", "remove", "--force", str(folder))


@pytest.mark.skipif("LONG" not in os.environ, reason="a minute: make test-long")
async def test_nobody_notices_an_upgrade(tmp_path: Path, old_sources: Path) -> None:
    Upgraded.root, edge = old_sources, Edge()
    async with (
        product_running(tmp_path, routers=2, kind=Upgraded) as product,
        town_in(product, edge) as running,
    ):
        processes = product.processes
        assert isinstance(processes, Upgraded)
        edge.to = [product.ingress.url]
        running.callers.start()
        await running.callers.more(CALLS_AROUND * 2)

        before = await asyncio.to_thread(processes.revisions)
        processes.root = ROOT
        await asyncio.to_thread(processes.migrate)
        after = await asyncio.to_thread(processes.revisions)
        assert before != after, "there is a migration between the two"
        await running.callers.more(CALLS_AROUND)

        for at, old in enumerate((*product.routers, product.tracking)):
            new = processes.service(old.service, f"new{at}")
            await taken_over(old, new)
            await running.callers.more(CALLS_AROUND)
        ingress = processes.service("ingress", "new")
        ingress.environment["INGRESS_PUBLIC_BASE_URL"] = product.ingress.url
        await begun(ingress)
        edge.to = [product.ingress.url, ingress.url]
        await running.callers.more(CALLS_AROUND)
        edge.to = [ingress.url]
        await stopped(product.ingress)
        await running.callers.more(CALLS_AROUND)

        await running.all_is_well()
        steps = [step for report in running.callers.reports for step in report.steps]
        slow = sorted(step.latency_ms for step in steps)
        print(
            f"\n{before} -> {after}\n{len(running.callers.reports)} calls, {len(slow)} webhooks, "
            f"all 200: p99 {slow[len(slow) * 99 // 100]:.0f} ms, slowest {slow[-1]:.0f} ms"
        )


async def taken_over(old: Process, new: Process) -> None:
    """The new one is there before the old one is told to go."""
    await begun(new)
    await stopped(old)


async def begun(process: Process) -> None:
    """Start it beside the loop: while this process forks, its callers must go on."""
    await asyncio.to_thread(process.start)
    await process.ready()


async def stopped(process: Process) -> None:
    assert process.child is not None
    await asyncio.to_thread(process.child.stop, STOP_WITHIN_SECONDS)
