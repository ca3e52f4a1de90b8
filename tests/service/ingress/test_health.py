"""What the ingress says of itself."""

from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from libs.contracts.catalogue import CATALOGUE
from libs.runtime import telemetry
from services.ingress.domain.callbacks import ADDRESSES
from tests.service.ingress.stage import (
    ACCOUNT,
    CALL_ID,
    Ingress,
    PlayedRouter,
    place,
    running_ingress,
)

NOWHERE = "nats://127.0.0.1:1"


async def test_it_lives_and_is_ready(ingress: Ingress) -> None:
    assert (await ingress.http.get("/healthz")).json() == {"service": "ingress", "alive": True}
    await ingress.settled()
    assert (await ingress.ready())["status"] == 200


async def test_it_is_ready_without_nats_and_says_what_is_missing(tmp_path: Path) -> None:
    more = {"verify_signatures": False, "environment": "development"}
    async with running_ingress(NOWHERE, tmp_path, **more) as ingress:
        await ingress.post("/api/webhooks/status", CallStatus="completed")
        ready = await ingress.ready()
    assert (ready["status"], ready["ready"]) == (200, True)
    assert set(ready["degraded"]) == {"nats", "spool", "fallback-plans", "signatures"}


async def test_its_documents_name_every_address_and_every_fact(ingress: Ingress) -> None:
    openapi = (await ingress.http.get("/openapi.json")).json()
    assert set(ADDRESSES) <= set(openapi["paths"])
    assert openapi["paths"]["/api/webhooks/voice"]["post"]["responses"]["200"]
    asyncapi = (await ingress.http.get("/asyncapi.json")).text
    published = [s for s, kind in CATALOGUE.items() if getattr(kind, "publisher", "") == "ingress"]
    assert len(published) == 7
    assert all(subject in asyncapi for subject in published)


@pytest.fixture
def traced() -> None:
    """A process that can trace."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        telemetry.provide("test", InMemorySpanExporter(), InMemoryMetricReader())


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("ratio", [0.0, 1.0])
async def test_the_share_of_webhooks_that_is_traced_is_decided_here(
    nats_url: str, router: PlayedRouter, tmp_path: Path, ratio: float
) -> None:
    async with running_ingress(nats_url, tmp_path, trace_ratio=ratio) as ingress:
        await ingress.connected()
        await ingress.post(place("leg"), CallStatus="ringing")
    message = await router.broker.jetstream.get_msg("EVENTS", 1)
    assert message.headers is not None
    assert ("traceparent" in message.headers) is (ratio == 1.0)
    assert message.headers["Call-Id"] == str(CALL_ID)
    assert message.headers["Account-Id"] == str(ACCOUNT)


async def test_the_deadline_travels_with_the_question(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    """A short deadline is a short question: a router slower than it is not waited for."""
    router.decision = None
    async with running_ingress(nats_url, tmp_path, webhook_deadline_ms=500) as ingress:
        await ingress.connected()
        answer = await ingress.post("/api/webhooks/voice")
    assert answer.elapsed.total_seconds() < 1.0
    assert "we cannot take your call" in answer.text
