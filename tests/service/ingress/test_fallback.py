"""A call goes on without the router: through its number's plan, to a polite end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from libs.contracts.calls import CallArrived, CallFellBack, LegEnded
from tests.service.ingress.played_router import REFUSAL, PlayedRouter, dial
from tests.service.ingress.stage import (
    ACCOUNT,
    BASE_URL,
    CALL_ID,
    CLOSING,
    EMPTY,
    FALLBACK,
    NUMBER,
    RESCUE,
    SECOND_RESCUE,
    SHORTEST_MS,
    TARGET,
    VOICE,
    Ingress,
    action_of,
    place,
    running_ingress,
)

AT_ONCE_SECONDS = 4.0  # half of what the router had: whoever waited for it took longer
THEIR_CLOSING = "Roofs &amp; more says &lt;goodbye&gt;."
BUSY = {"DialCallStatus": "busy", "DialBridged": "false"}
SERVED = {"DialCallStatus": "completed", "DialBridged": "true", "CallStatus": "in-progress"}


@pytest.fixture
async def patient(nats_url: str, router: PlayedRouter, tmp_path: Path) -> AsyncIterator[Ingress]:
    """An ingress that waits for its router as long as any may."""
    async with running_ingress(nats_url, tmp_path, webhook_deadline_ms=8_000) as running:
        await running.settled()
        yield running


async def test_a_silent_router_is_told_of_and_the_plan_followed(
    nats_url: str, router: PlayedRouter, tmp_path: Path
) -> None:
    router.decision = None
    async with running_ingress(nats_url, tmp_path, webhook_deadline_ms=SHORTEST_MS) as ingress:
        await ingress.settled()
        answer = await ingress.post(VOICE)
    assert RESCUE.number in answer.text
    assert action_of(answer.text) == place("dial", more="owner=ingress") + "&fell_back=1"
    fell_back = next(one for one in await router.facts_once(2) if isinstance(one, CallFellBack))
    assert (fell_back.step, fell_back.dialled, fell_back.account_id) == (0, RESCUE, ACCOUNT)
    assert "no answer in time" in fell_back.reason


async def test_a_refusing_router_and_no_router_are_known_at_once(
    patient: Ingress, router: PlayedRouter
) -> None:
    router.decision = REFUSAL
    async with asyncio.timeout(AT_ONCE_SECONDS):
        refused = await patient.post(VOICE)
    await router.broker.close()
    async with asyncio.timeout(AT_ONCE_SECONDS):
        unheard = await patient.post(VOICE)
    assert RESCUE.number in refused.text
    assert refused.content == unheard.content


@pytest.mark.parametrize("dialled", ["+18005550177", "", "+1800555EXTERNAL", "<Dial/>", "9" * 300])
async def test_a_number_without_a_plan_hears_a_polite_closing(
    ingress: Ingress, router: PlayedRouter, dialled: str
) -> None:
    router.decision = REFUSAL
    answer = await ingress.post(VOICE, To=dialled)
    assert "<Dial" not in answer.text
    assert CLOSING in answer.text
    assert "<Hangup/>" in answer.text
    facts = {type(fact): fact for fact in await router.facts_once(2)}
    arrived, fell_back = facts[CallArrived], facts[CallFellBack]
    assert isinstance(arrived, CallArrived)
    assert isinstance(fell_back, CallFellBack)
    assert arrived.dialled == dialled[:254]
    assert (fell_back.dialled, fell_back.account_id) == (None, None)
    assert REFUSAL.text in fell_back.reason


async def test_a_fallen_back_call_goes_through_its_plan_and_ends_politely(
    ingress: Ingress, router: PlayedRouter
) -> None:
    router.decision = REFUSAL
    first = await ingress.post(VOICE)
    second = await ingress.post(action_of(first.text), **BUSY)
    last = await ingress.post(action_of(second.text), **BUSY)

    assert SECOND_RESCUE.number in second.text
    assert THEIR_CLOSING in last.text
    fell_back = [one for one in await router.facts_once(6) if isinstance(one, CallFellBack)]
    assert {(fact.step, fact.dialled) for fact in fell_back} == {
        (0, RESCUE),
        (1, SECOND_RESCUE),
        (2, None),
    }


async def test_a_router_that_is_back_takes_over(ingress: Ingress, router: PlayedRouter) -> None:
    router.decision = REFUSAL
    first = await ingress.post(VOICE)
    router.decision = dial(step=1)
    second = await ingress.post(action_of(first.text), **BUSY)
    assert TARGET.number in second.text
    assert action_of(second.text) == place("dial", step=1)


async def test_a_caller_served_by_the_plan_is_done(ingress: Ingress, router: PlayedRouter) -> None:
    router.decision = REFUSAL
    first = await ingress.post(VOICE)
    asked = len(router.asked)
    answer = await ingress.post(action_of(first.text), **SERVED)
    assert answer.text == EMPTY
    assert len(router.asked) == asked
    [ended] = [one for one in await router.facts_once(3) if isinstance(one, LegEnded)]
    assert ended.connected


async def test_a_leg_that_failed_while_the_router_is_away_falls_back(
    ingress: Ingress, router: PlayedRouter
) -> None:
    first = await ingress.post(VOICE)
    assert TARGET.number in first.text
    router.decision = REFUSAL
    second = await ingress.post(action_of(first.text), **BUSY)
    assert RESCUE.number in second.text
    assert action_of(second.text).startswith(f"/api/webhooks/dial/{CALL_ID}/1?owner=ingress")


async def test_nobody_else_is_rung_for_a_caller_who_has_been_served(
    ingress: Ingress, router: PlayedRouter
) -> None:
    first = await ingress.post(VOICE)
    router.decision = REFUSAL
    answer = await ingress.post(action_of(first.text), **SERVED)
    assert answer.text == EMPTY
    facts = await router.facts_once(2)
    assert {type(fact) for fact in facts} == {CallArrived, LegEnded}


async def test_the_carriers_fallback_admits_again_or_goes_on_with_the_leg(
    ingress: Ingress, router: PlayedRouter
) -> None:
    first = await ingress.post(VOICE)
    error = {"ErrorCode": "11200"}
    again = await ingress.post(FALLBACK, ErrorUrl=f"{BASE_URL}{VOICE}", **error)
    assert again.content == first.content

    router.decision = dial(step=1)
    action = BASE_URL + action_of(first.text)
    guessed = await ingress.post(FALLBACK, ErrorUrl=action, **error)
    assert action_of(guessed.text) == place("dial", step=1)
    await ingress.settled()
    told = await router.facts_once(1)
    assert [type(fact) for fact in told] == [CallArrived]  # what was not said is no fact

    said = await ingress.post(FALLBACK, ErrorUrl=action, **error, **BUSY)
    assert said.content == guessed.content
    ended = (await router.facts_once(2))[-1]
    assert isinstance(ended, LegEnded)
    assert ended.status == "busy"


async def test_anothers_leg_in_the_error_url_is_not_gone_on_with(
    ingress: Ingress, router: PlayedRouter
) -> None:
    theirs = BASE_URL + place("dial", call_id="00000000-0000-0000-0000-00000000000f")
    answer = await ingress.post(FALLBACK, ErrorCode="1", ErrorUrl=theirs)
    assert str(CALL_ID) in answer.text
    assert {type(asked).__name__ for asked in router.asked} == {"AdmitCall"}


async def test_a_disk_that_takes_nothing_is_no_reason_to_be_silent(
    ingress: Ingress, router: PlayedRouter, tmp_path: Path
) -> None:
    (tmp_path / "spool").rmdir()
    (tmp_path / "spool").write_text("no folder any more")
    await router.broker.jetstream.delete_stream("EVENTS")

    answer = await ingress.post(VOICE)

    assert TARGET.number in answer.text
    assert NUMBER not in answer.text
    spool = await ingress.check("spool")
    assert not spool["well"]
    assert "1 were dropped" in spool["detail"]
