"""The ingress as a process: told by its environment, seen from outside, killed."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest
from aiohttp import web
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from libs.contracts.calls import CallArrived, CallEnded
from tests.kit.nats import NatsServers
from tests.service.ingress.played_router import PlayedRouter, played_router
from tests.service.ingress.stage import (
    ACCOUNT_SID,
    BASE_URL,
    CALLER,
    SECRET,
    STATUS,
    TARGET,
    TOKEN,
    VOICE,
    Ingress,
    eventually,
)

ROOT = Path(__file__).parents[3]
START_WITHIN_SECONDS = 120.0  # much is imported; a starved machine
EXPORT_EVERY_MS = "200"
WEBHOOKS = 5
USERS = """authorization { users: [
  { user: ingress, password: $INGRESS_WORD }
  { user: router, password: $ROUTER_WORD }
] }"""
WORDS = {"INGRESS_WORD": "word-i", "ROUTER_WORD": "word-r"}


class Collector:
    """Takes traces and metrics by OTLP, and keeps the last value of each number."""

    def __init__(self) -> None:
        self.url = ""
        self.ignoring_url = ""
        self.spans: set[str] = set()
        self.numbers: dict[tuple[str, str], float] = {}

    async def traces(self, request: web.Request) -> web.Response:
        told = ExportTraceServiceRequest.FromString(await request.read())
        for resource in told.resource_spans:
            for scope in resource.scope_spans:
                self.spans |= {span.name for span in scope.spans}
        return web.Response()

    async def metrics(self, request: web.Request) -> web.Response:
        told = ExportMetricsServiceRequest.FromString(await request.read())
        for resource in told.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    self._keep(metric)
        return web.Response()

    async def ignore(self, _: web.Request) -> web.Response:
        return web.Response()

    def _keep(self, metric: Any) -> None:
        for point in (*metric.sum.data_points, *metric.gauge.data_points):
            about = ",".join(one.value.string_value for one in point.attributes)
            self.numbers[metric.name, about] = point.as_int

    async def sees(self, name: str, about: str, number: int) -> None:
        """Return once this number was told last."""

        async def look() -> bool | None:
            return self.numbers.get((name, about)) == number or None

        await eventually(look)


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    running = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", running.traces)
    app.router.add_post("/v1/metrics", running.metrics)
    app.router.add_post("/ignored/v1/{kind}", running.ignore)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    running.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    running.ignoring_url = f"{running.url}/ignored"
    yield running
    await runner.cleanup()


class Process(Ingress):
    """An ingress of its own."""

    def __init__(
        self, process: asyncio.subprocess.Process, http: httpx.AsyncClient, log: Path
    ) -> None:
        super().__init__(http)
        self._process = process
        self.log = log

    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    async def started(self) -> None:
        """Return once it listens."""

        async def look() -> bool | None:
            assert self._process.returncode is None, self.log.read_text()
            try:
                return (await self.http.get("/healthz")).is_success or None
            except httpx.TransportError:
                return None

        await eventually(look, START_WITHIN_SECONDS)

    async def kill(self) -> None:
        """End it without a word."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def end(self) -> None:
        """Ask it to end, as an operator does."""
        self._process.terminate()
        async with asyncio.timeout(START_WITHIN_SECONDS):
            await self._process.wait()


def opened(log: Path) -> IO[bytes]:
    return log.open("wb")


@asynccontextmanager
async def ingress_process(
    nats_url: str, folder: Path, **environment: str
) -> AsyncIterator[Process]:
    """Start one that listens on a socket in a folder; at the end it is gone."""
    with tempfile.TemporaryDirectory(prefix="ingress-") as place:  # a socket's path must be short
        door, log = Path(place, "door"), Path(place, "log")
        known = {
            "PATH": os.environ["PATH"],
            "NATS_URL": nats_url,
            "INGRESS_DIR": str(folder),
            "INGRESS_PUBLIC_BASE_URL": BASE_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "SESSION_SECRET": SECRET,
        }
        with opened(log) as stderr:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "uvicorn", "--factory", "services.ingress.app:create"),
                *("--uds", str(door), "--log-level", "critical", "--no-access-log"),
                cwd=ROOT,
                env=known | environment,
                stderr=stderr,
            )
        transport = httpx.AsyncHTTPTransport(uds=str(door))
        async with httpx.AsyncClient(transport=transport, base_url="http://ingress") as http:
            running = Process(process, http, log)
            try:
                yield running
            finally:
                await running.kill()


async def traced(router: PlayedRouter) -> list[bool]:
    """Of each fact in the stream, whether it carries a trace."""
    jetstream = router.broker.jetstream
    state = (await jetstream.stream_info("EVENTS")).state
    headers = [
        (await jetstream.get_msg("EVENTS", sequence)).headers or {}
        for sequence in range(state.first_seq, state.last_seq + 1)
    ]
    return ["traceparent" in one for one in headers]


async def test_the_environment_is_heeded_and_a_killed_process_loses_nothing(
    nats_servers: NatsServers, collector: Collector, tmp_path: Path
) -> None:
    config = tmp_path / "users.conf"
    config.write_text(USERS)
    nats = nats_servers(config, WORDS)
    folder = tmp_path / "facts"
    both = {
        "NATS_USER": "ingress",
        "NATS_PASSWORD": WORDS["INGRESS_WORD"],
        "OTEL_METRIC_EXPORT_INTERVAL": EXPORT_EVERY_MS,
        "OTEL_BSP_SCHEDULE_DELAY": EXPORT_EVERY_MS,
    }
    loudly = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "INGRESS_TRACE_RATIO": "1",
        "INGRESS_LOG_LEVEL": "INFO",
    }
    quietly = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.ignoring_url,
        "INGRESS_TRACE_RATIO": "0",
        "LOG_LEVEL": "ERROR",
    }
    router_url = f"nats://router:{WORDS['ROUTER_WORD']}@127.0.0.1:{nats.port}"
    async with (
        played_router(router_url) as router,
        ingress_process(nats.url, folder, **both, **loudly) as loud,
        ingress_process(nats.url, folder, **both, **quietly) as quiet,
    ):
        await asyncio.gather(loud.started(), quiet.started())
        await asyncio.gather(loud.settled(), quiet.settled())

        await traced_webhooks(loud, router, collector)
        await refusals(loud, quiet, collector)
        await asyncio.to_thread(nats.kill)
        await loud.settled("nats")
        await collector.sees("health.check", "nats", 0)
        await quiet.post(STATUS, CallSid="CA7", CallStatus="completed")
        await quiet.settled("nats", "spool")
        await quiet.kill()
        await asyncio.to_thread(nats.start)

        assert isinstance((await router.facts_once(WEBHOOKS + 1))[-1], CallEnded)
        assert await traced(router) == [*([True] * WEBHOOKS), False]
        await loud.end()


async def traced_webhooks(loud: Process, router: PlayedRouter, collector: Collector) -> None:
    """As many as leave no room for chance: the share that is traced was set to all."""
    for number in range(WEBHOOKS):
        assert TARGET.number in (await loud.post(VOICE, CallSid=f"CA{number}")).text
    facts = await router.facts_once(WEBHOOKS)
    assert [type(fact) for fact in facts] == [CallArrived] * WEBHOOKS
    await collector.sees("webhooks.answered", "dial", WEBHOOKS)
    await collector.sees("health.check", "spool", 1)

    async def told() -> bool | None:
        return {"webhook voice", "ask ask.router.admit.v1"} <= collector.spans or None

    await eventually(told)


async def refusals(loud: Process, quiet: Process, collector: Collector) -> None:
    """The one that is told to be quiet logs no warning; both refuse."""
    for one in (loud, quiet):
        assert (await one.post(VOICE, token="forged")).status_code == 403
    await collector.sees("webhooks.refused", "403", 1)
    said = [line["message"] for line in loud.lines()]
    assert "connected to NATS" in said
    assert "a webhook is refused: the request does not bear the account's signature" in said
    assert quiet.lines() == []
    assert CALLER not in loud.log.read_text()
