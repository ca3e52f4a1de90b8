"""What the ingress says of itself."""

from pathlib import Path

import pytest

from libs.contracts.catalogue import CATALOGUE
from services.ingress.domain.budget import RENDER_RESERVE_MS
from services.ingress.domain.callbacks import ADDRESSES
from tests.service.ingress.played_router import PlayedRouter
from tests.service.ingress.stage import (
    CLOSING,
    NOWHERE,
    STATUS,
    TARGET,
    VOICE,
    Ingress,
    running_ingress,
)

UNCHECKED = {"verify_signatures": False, "environment": "development"}


async def test_it_lives_and_is_ready(ingress: Ingress) -> None:
    assert (await ingress.http.get("/healthz")).json() == {"service": "ingress", "alive": True}
    ready = await ingress.ready()
    assert (ready["status"], ready["ready"], ready["degraded"]) == (200, True, [])
    assert {check["name"] for check in ready["checks"]} == {
        "nats",
        "spool",
        "fallback-plans",
        "signatures",
    }


async def test_it_is_ready_without_nats_and_says_what_is_missing(tmp_path: Path) -> None:
    async with running_ingress(NOWHERE, tmp_path) as ingress:
        assert CLOSING in (await ingress.post(VOICE)).text
        assert (await ingress.post(STATUS, CallStatus="completed")).status_code == 200
        ready = await ingress.ready()
        spool = await ingress.check("spool")
    assert (ready["status"], ready["ready"]) == (200, True)
    assert set(ready["degraded"]) == {"nats", "spool", "fallback-plans"}
    assert spool["detail"] == "3 facts wait, 0 were dropped"


async def test_signatures_go_unchecked_where_that_is_said_and_it_says_so(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path, **UNCHECKED) as ingress:
        await ingress.settled("signatures")
        assert "without a signature" in (await ingress.check("signatures"))["detail"]
        assert TARGET.number in (await ingress.post(VOICE, token="nonsense")).text
        assert (await ingress.ready())["status"] == 200


async def test_its_documents_name_every_address_and_every_fact(ingress: Ingress) -> None:
    openapi = (await ingress.http.get("/openapi.json")).json()
    assert set(ADDRESSES) <= set(openapi["paths"])
    assert openapi["paths"][VOICE]["post"]["responses"]["200"]
    asyncapi = (await ingress.http.get("/asyncapi.json")).text
    published = [s for s, kind in CATALOGUE.items() if getattr(kind, "publisher", "") == "ingress"]
    assert len(published) == 11
    assert all(subject in asyncapi for subject in published)


@pytest.mark.parametrize(("set_ms", "budget_ms"), [(2_000, 2_000), (10**9, 8_000)])
async def test_the_deadline_travels_with_the_question(
    nats_url: str, router: PlayedRouter, tmp_path: Path, set_ms: int, budget_ms: int
) -> None:
    async with running_ingress(nats_url, tmp_path, webhook_deadline_ms=set_ms) as ingress:
        await ingress.connected()
        assert TARGET.number in (await ingress.post(VOICE)).text
    [within_ms] = router.asked_within_ms
    assert 0 < within_ms <= budget_ms - RENDER_RESERVE_MS
