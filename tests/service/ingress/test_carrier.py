"""What only the carrier can tell: `ask.ingress.leg_state.v1`, from its REST API."""

import asyncio
from pathlib import Path
from typing import Any

from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.runtime.ask import Ask, Unanswered
from libs.runtime.deadline import Deadline
from services.ingress.carrier.legs import REQUESTS_MAX, CarrierApi
from tests.service.ingress.played_router import PlayedRouter
from tests.service.ingress.played_twilio import PlayedTwilio
from tests.service.ingress.stage import (
    ACCOUNT_SID,
    CALL_SID,
    SHORTEST_MS,
    TARGET,
    TOKEN,
    VOICE,
    eventually,
    running_ingress,
)

SIP = "sip:sales@pbx.example.com"
LONG_MS = 30_000  # more than the ingress itself waits


def question(destination: str = TARGET.number, call_sid: str = CALL_SID) -> AskLegState:
    return AskLegState(account_sid=ACCOUNT_SID, call_sid=call_sid, destination=destination)


async def look(
    url: str,
    asked: AskLegState | None = None,
    tokens: tuple[str, ...] = (TOKEN,),
    within_ms: float = LONG_MS,
) -> LineState:
    api = CarrierApi(url, lambda _: tokens)
    state: LegState = await api.leg_state(asked or question(), Deadline.within(within_ms))
    return state.state


async def ask(router: PlayedRouter) -> LegState:
    """Ask over NATS, again as long as the ingress does not listen yet."""
    asking = Ask(router.broker)

    async def answer() -> LegState | None:
        try:
            state: LegState = await asking(question(), Deadline.within(LONG_MS))
        except Unanswered:
            return None
        return state

    return await eventually(answer)


async def test_others_are_answered_from_the_configured_address_also_while_nobody_is_there(
    nats_url: str, router: PlayedRouter, twilio: PlayedTwilio, tmp_path: Path
) -> None:
    twilio.leg(TARGET.number, "in-progress")
    more: dict[str, Any] = {"twilio_api_base_url": f"{twilio.url}/"}
    async with running_ingress(nats_url, tmp_path, **more):
        assert await ask(router) == LegState(state=LineState.LIVE)
        twilio.failure = (503, b"")
        assert await ask(router) == LegState(state=LineState.UNKNOWN)


async def test_a_carrier_that_is_slow_to_tell_holds_no_webhook(
    nats_url: str, router: PlayedRouter, twilio: PlayedTwilio, tmp_path: Path
) -> None:
    more: dict[str, Any] = {"twilio_api_base_url": twilio.url}
    async with running_ingress(nats_url, tmp_path, **more) as ingress:
        assert await ask(router) == LegState(state=LineState.UNKNOWN)
        twilio.door.clear()
        asking = [asyncio.create_task(ask(router)) for _ in range(REQUESTS_MAX * 3)]

        async def full() -> bool | None:
            return twilio.inside == REQUESTS_MAX or None

        await eventually(full)
        assert TARGET.number in (await ingress.post(VOICE)).text
        assert twilio.inside == REQUESTS_MAX
        twilio.door.set()
        await asyncio.gather(*asking)


async def test_a_closed_line_has_no_legs(twilio: PlayedTwilio) -> None:
    twilio.leg(TARGET.number, "in-progress")
    for status in ("completed", "busy", "failed", "no-answer", "canceled"):
        twilio.call.status = status
        assert await look(twilio.url) is LineState.ENDED


async def test_a_leg_is_as_the_carrier_says(twilio: PlayedTwilio) -> None:
    states = {
        "initiated": LineState.LIVE,
        "ringing": LineState.LIVE,
        "in-progress": LineState.LIVE,
        "completed": LineState.ENDED,
        "busy": LineState.ENDED,
        "failed": LineState.ENDED,
        "no-answer": LineState.ENDED,
        "canceled": LineState.ENDED,
        "a word of tomorrow": LineState.UNKNOWN,
    }
    for minute, (status, state) in enumerate(states.items()):
        twilio.leg(TARGET.number, status, minute)
        assert await look(twilio.url) is state


async def test_the_latest_leg_to_the_destination_counts(twilio: PlayedTwilio) -> None:
    twilio.leg(TARGET.number, "in-progress", minute=9)
    twilio.leg(TARGET.number, "completed", minute=3)
    twilio.leg("+13105559999", "completed", minute=30)
    twilio.leg(SIP, "completed", minute=31)
    assert await look(twilio.url) is LineState.LIVE
    assert await look(twilio.url, question(SIP)) is LineState.ENDED


async def test_what_the_carrier_does_not_know_is_unknown(twilio: PlayedTwilio) -> None:
    assert await look(twilio.url) is LineState.UNKNOWN
    assert await look(twilio.url, question(call_sid="CA404")) is LineState.UNKNOWN
    assert await look(twilio.url, tokens=()) is LineState.UNKNOWN
    for failure in ((200, b"<html>"), (200, b"{}"), (500, b"{}"), (429, b"slower")):
        twilio.failure = failure
        assert await look(twilio.url) is LineState.UNKNOWN


async def test_while_tokens_are_rotated_the_good_one_is_found(twilio: PlayedTwilio) -> None:
    twilio.leg(TARGET.number, "in-progress")
    assert await look(twilio.url, tokens=("revoked", TOKEN)) is LineState.LIVE
    assert await look(twilio.url, tokens=("revoked",)) is LineState.UNKNOWN


async def test_a_carrier_that_is_slow_or_away_is_unknown_before_the_asker_gives_up(
    twilio: PlayedTwilio,
) -> None:
    twilio.door.clear()
    assert await look(twilio.url, within_ms=SHORTEST_MS) is LineState.UNKNOWN
    assert await look("http://127.0.0.1:1") is LineState.UNKNOWN


async def test_many_questions_wait_for_each_other(twilio: PlayedTwilio) -> None:
    twilio.leg(TARGET.number, "in-progress")
    api = CarrierApi(twilio.url, lambda _: (TOKEN,))
    asked = [api.leg_state(question(), Deadline.within(LONG_MS)) for _ in range(12)]
    assert {state.state for state in await asyncio.gather(*asked)} == {LineState.LIVE}
    assert twilio.inside_most <= REQUESTS_MAX


async def test_a_question_that_nobody_waits_for_any_more_is_not_passed_on(
    twilio: PlayedTwilio,
) -> None:
    for within_ms in (0, -1_000):
        assert await look(twilio.url, within_ms=within_ms) is LineState.UNKNOWN
    assert twilio.inside_most == 0
