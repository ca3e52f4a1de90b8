"""Whatever becomes of the router, the caller hears something that makes sense, in time."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.servers import NatsServer
from libs.contracts.calls import CallArrived, CallFellBack, LegEnded
from libs.contracts.message import Refusal
from tests.kit.proxy import Proxy
from tests.service.ingress.stage import (
    ACCOUNT,
    BASE_URL,
    CALL_ID,
    NUMBER,
    RESCUE,
    SECOND_RESCUE,
    TARGET,
    Ingress,
    PlayedRouter,
    action_of,
    dial,
    eventually,
    place,
    played_router,
    running_ingress,
)

VOICE = "/api/webhooks/voice"
DEADLINE_MS = 700  # of these tests; the arithmetic is the same for every value
CLOSING = "Roofs &amp; more says &lt;goodbye&gt;."
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
BUSY = {"DialCallStatus": "busy", "DialBridged": "false"}
SERVED = {"DialCallStatus": "completed", "DialBridged": "true", "CallStatus": "in-progress"}


@pytest.fixture
async def prepared(nats_url: str, router: PlayedRouter, tmp_path: Path) -> AsyncIterator[Ingress]:
    """An ingress that knows the fallback plans."""
    more = {"webhook_deadline_ms": DEADLINE_MS}
    async with running_ingress(nats_url, tmp_path, **more) as running:
        await running.settled()
        yield running


async def test_a_silent_router_costs_the_deadline_and_no_more(
    prepared: Ingress, router: PlayedRouter
) -> None:
    router.decision = None
    began = time.monotonic()

    answer = await prepared.post(VOICE)

    assert (time.monotonic() - began) * 1_000 < DEADLINE_MS + 200  # a shared machine
    assert RESCUE.number in answer.text
    assert action_of(answer.text) == place("dial", more="owner=ingress") + "&fell_back=1"
    arrived, fell_back = await router.facts()
    assert isinstance(arrived, CallArrived)
    assert isinstance(fell_back, CallFellBack)
    assert (fell_back.step, fell_back.dialled, fell_back.account_id) == (0, RESCUE, ACCOUNT)
    assert "no answer in time" in fell_back.reason


async def test_a_refusing_router_and_no_router_are_known_at_once(
    prepared: Ingress, router: PlayedRouter
) -> None:
    router.decision = Refusal(code="internal", text="the database is away")
    refused = await prepared.post(VOICE)
    await router.broker.close()
    began = time.monotonic()
    unheard = await prepared.post(VOICE)
    assert (time.monotonic() - began) * 1_000 < DEADLINE_MS / 2
    assert RESCUE.number in refused.text
    assert refused.content == unheard.content


async def test_a_number_without_a_plan_hears_a_polite_closing(
    prepared: Ingress, router: PlayedRouter
) -> None:
    router.decision = Refusal(code="internal", text="no")
    answer = await prepared.post(VOICE, To="+18005550177")
    assert "<Dial" not in answer.text
    assert "we cannot take your call right now" in answer.text
    assert "<Hangup/>" in answer.text
    facts = await router.facts()
    assert isinstance(facts[-1], CallFellBack)
    assert facts[-1].dialled is None


async def test_a_fallen_back_call_goes_through_its_plan_and_ends_politely(
    prepared: Ingress, router: PlayedRouter
) -> None:
    router.decision = Refusal(code="internal", text="no")
    first = await prepared.post(VOICE)
    second = await prepared.post(action_of(first.text), **BUSY)
    last = await prepared.post(action_of(second.text), **BUSY)

    assert SECOND_RESCUE.number in second.text
    assert CLOSING in last.text
    fell_back = [fact for fact in await router.facts() if isinstance(fact, CallFellBack)]
    assert [(fact.step, fact.dialled) for fact in fell_back] == [
        (0, RESCUE),
        (1, SECOND_RESCUE),
        (2, None),
    ]


async def test_a_router_that_is_back_takes_over(prepared: Ingress, router: PlayedRouter) -> None:
    router.decision = Refusal(code="internal", text="no")
    first = await prepared.post(VOICE)
    router.decision = dial(step=1)
    second = await prepared.post(action_of(first.text), **BUSY)
    assert TARGET.number in second.text
    assert action_of(second.text) == place("dial", step=1)


async def test_a_caller_served_by_the_plan_is_done(prepared: Ingress, router: PlayedRouter) -> None:
    router.decision = Refusal(code="internal", text="no")
    first = await prepared.post(VOICE)
    asked = len(router.asked)
    answer = await prepared.post(action_of(first.text), **SERVED)
    assert answer.text == EMPTY
    assert len(router.asked) == asked
    last = (await router.facts())[-1]
    assert isinstance(last, LegEnded)
    assert last.connected


async def test_a_leg_that_failed_while_the_router_is_away_falls_back(
    prepared: Ingress, router: PlayedRouter
) -> None:
    first = await prepared.post(VOICE)
    assert TARGET.number in first.text
    router.decision = Refusal(code="internal", text="no")
    second = await prepared.post(action_of(first.text), **BUSY)
    assert RESCUE.number in second.text
    assert action_of(second.text).startswith(f"/api/webhooks/dial/{CALL_ID}/1?owner=ingress")


async def test_nobody_else_is_rung_for_a_caller_who_has_been_served(
    prepared: Ingress, router: PlayedRouter
) -> None:
    first = await prepared.post(VOICE)
    router.decision = Refusal(code="internal", text="no")
    answer = await prepared.post(action_of(first.text), **SERVED)
    assert answer.text == EMPTY
    assert not any(isinstance(fact, CallFellBack) for fact in await router.facts())


async def test_the_carriers_fallback_admits_again_or_goes_on_with_the_leg(
    prepared: Ingress, router: PlayedRouter
) -> None:
    first = await prepared.post(VOICE)
    error = {"ErrorCode": "11200"}
    again = await prepared.post("/api/webhooks/fallback", ErrorUrl=f"{BASE_URL}{VOICE}", **error)
    assert again.content == first.content

    router.decision = dial(step=1)
    action = BASE_URL + action_of(first.text)
    facts = len(await router.facts())
    guessed = await prepared.post("/api/webhooks/fallback", ErrorUrl=action, **error)
    assert action_of(guessed.text) == place("dial", step=1)
    assert len(await router.facts()) == facts  # what the carrier did not say is no fact

    said = await prepared.post("/api/webhooks/fallback", ErrorUrl=action, **error, **BUSY)
    assert said.content == guessed.content
    last = (await router.facts())[-1]
    assert isinstance(last, LegEnded)
    assert last.status == "busy"


async def test_anothers_leg_in_the_error_url_is_not_gone_on_with(
    prepared: Ingress, router: PlayedRouter
) -> None:
    theirs = BASE_URL + place("dial", call_id="00000000-0000-0000-0000-00000000000f")
    answer = await prepared.post("/api/webhooks/fallback", ErrorCode="1", ErrorUrl=theirs)
    assert str(CALL_ID) in answer.text
    assert {type(asked).__name__ for asked in router.asked} == {"AdmitCall"}


async def test_while_nats_is_down_callers_are_served_and_nothing_is_lost(
    own_nats: NatsServer, tmp_path: Path
) -> None:
    async with played_router(own_nats.url) as router, running_ingress(own_nats.url, tmp_path) as at:
        await at.settled()
        await asyncio.to_thread(own_nats.kill)
        began = time.monotonic()
        first = await at.post(VOICE)
        second = await at.post(action_of(first.text), **BUSY)
        status = await at.post("/api/webhooks/status", CallStatus="completed", CallDuration="9")
        assert time.monotonic() - began < 1
        assert RESCUE.number in first.text
        assert SECOND_RESCUE.number in second.text
        assert status.status_code == 200
        await at.settled("nats", "spool")
        assert (await at.ready())["status"] == 200

        await asyncio.to_thread(own_nats.start)

        facts = await router.facts_once(5)
        assert [fact.subject for fact in facts] == [
            "event.call.arrived.v1",
            "event.call.fell_back.v1",
            "event.leg.ended.v1",
            "event.call.fell_back.v1",
            "event.call.ended.v1",
        ]
        await at.settled()
        assert list((tmp_path / "spool").glob("*.jsonl")) != []  # kept open, and empty
        assert all(path.stat().st_size == 0 for path in (tmp_path / "spool").iterdir())


async def test_a_frozen_connection_cannot_hold_a_caller(
    own_nats: NatsServer, tmp_path: Path
) -> None:
    """Half-open: everything is sent, nothing comes back, and no error tells of it."""
    async with Proxy(own_nats.port) as proxy, played_router(own_nats.url):
        url = f"nats://127.0.0.1:{proxy.port}"
        async with running_ingress(url, tmp_path, webhook_deadline_ms=DEADLINE_MS) as at:
            await at.settled()
            proxy.freeze()
            began = time.monotonic()
            answers = await asyncio.gather(*(at.post(VOICE) for _ in range(20)))
            assert (time.monotonic() - began) * 1_000 < DEADLINE_MS + 500  # a shared machine
            assert {answer.status_code for answer in answers} == {200}
            assert all(RESCUE.number in answer.text for answer in answers)
            proxy.thaw()
            await at.connected()


async def test_an_ingress_that_starts_while_nats_is_away_knows_the_plans(
    own_nats: NatsServer, tmp_path: Path
) -> None:
    async with played_router(own_nats.url), running_ingress(own_nats.url, tmp_path) as at:
        await at.settled()
    await asyncio.to_thread(own_nats.stop)

    async with running_ingress(own_nats.url, tmp_path) as cold:
        answer = await cold.post(VOICE)
        assert RESCUE.number in answer.text
        ready = await cold.ready()
        assert ready["status"] == 200
        assert set(ready["degraded"]) == {"nats", "spool", "fallback-plans"}
    [left] = (tmp_path / "spool").iterdir()  # the process has ended, its facts have not

    await asyncio.to_thread(own_nats.start)
    async with played_router(own_nats.url) as router, running_ingress(own_nats.url, tmp_path):
        arrived, fell_back = await router.facts_once(2)
        assert isinstance(arrived, CallArrived)
        assert isinstance(fell_back, CallFellBack)
        assert arrived.dialled == NUMBER

        async def gone() -> bool | None:
            return None if left.exists() else True

        await eventually(gone)


async def test_a_disk_that_takes_nothing_is_no_reason_to_be_silent(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    async with running_ingress(nats_url, tmp_path) as at:
        await at.settled()
        (tmp_path / "spool").rmdir()
        (tmp_path / "spool").write_text("no folder any more")
        await router.broker.jetstream.delete_stream("EVENTS")
        answer = await at.post(VOICE)
        assert TARGET.number in answer.text
        spool = next(one for one in (await at.ready())["checks"] if one["name"] == "spool")
        assert not spool["well"]
        assert "1 were dropped" in spool["detail"]
