"""What only the carrier can tell: `ask.ingress.leg_state.v1`, from its REST API."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from libs.contracts.carrier import AskLegState, LegState, LineState
from libs.runtime.ask import Ask
from libs.runtime.deadline import Deadline
from services.ingress.carrier import REQUESTS_MAX, CarrierApi
from tests.service.ingress.stage import (
    ACCOUNT_SID,
    CALL_SID,
    TARGET,
    TOKEN,
    Ingress,
    PlayedRouter,
    running_ingress,
)

SIP = "sip:sales@pbx.example.com"


class PlayedRest:
    """The two resources that are asked for; it can be slow, refuse a token, or speak nonsense."""

    def __init__(self) -> None:
        self.parent = "in-progress"
        self.legs: list[dict[str, str]] = []
        self.token = TOKEN
        self.delay_seconds = 0.0
        self.nonsense = False
        self.at_once = 0
        self.at_once_most = 0
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.at_once_most = max(self.at_once, self.at_once_most)
        try:
            await asyncio.sleep(self.delay_seconds)
        finally:
            self.at_once -= 1
        wanted = base64.b64encode(f"{ACCOUNT_SID}:{self.token}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {wanted}":
            return web.json_response({"code": 20003, "message": "Authenticate"}, status=401)
        if self.nonsense:
            return web.Response(text="<html>", content_type="text/html")
        if "ParentCallSid" in request.query:
            page = {"calls": self.legs, "next_page_uri": None, "page": 0, "page_size": 50}
            return web.json_response(page)
        if request.match_info["call"] != CALL_SID:
            return web.json_response({"code": 20404, "message": "not found"}, status=404)
        return web.json_response({"sid": CALL_SID, "status": self.parent})

    def leg(self, to: str, status: str, minute: int = 0) -> None:
        created = f"Sun, 01 Mar 2026 12:{minute:02}:00 +0000"
        self.legs.append({"to": to, "status": status, "date_created": created})


@pytest.fixture
async def rest() -> AsyncIterator[PlayedRest]:
    played = PlayedRest()
    app = web.Application()
    account = f"/2010-04-01/Accounts/{ACCOUNT_SID}"
    app.router.add_get(account + "/Calls.json", played.answer)
    app.router.add_get(account + "/Calls/{call}.json", played.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    played.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield played
    await runner.cleanup()


def question(destination: str = TARGET.number, call_sid: str = CALL_SID) -> AskLegState:
    return AskLegState(account_sid=ACCOUNT_SID, call_sid=call_sid, destination=destination)


async def look(
    rest: PlayedRest,
    asked: AskLegState | None = None,
    tokens: tuple[str, ...] = (TOKEN,),
    within_ms: float = 3_000,
) -> LineState:
    api = CarrierApi(rest.url, lambda _: tokens)
    state: LegState = await api.leg_state(asked or question(), Deadline.within(within_ms))
    return state.state


@asynccontextmanager
async def asked_over_nats(nats_url: str, folder: Path, rest: PlayedRest) -> AsyncIterator[Ingress]:
    async with running_ingress(nats_url, folder, twilio_api_base_url=f"{rest.url}/") as ingress:
        await ingress.connected()
        yield ingress


async def test_the_ingress_answers_others_from_the_configured_address(
    nats_url: str, router: PlayedRouter, rest: PlayedRest, tmp_path: Path
) -> None:
    rest.leg(TARGET.number, "in-progress")
    async with asked_over_nats(nats_url, tmp_path, rest):
        outcome = await Ask(router.broker)(question(), Deadline.within(3_000))
    assert outcome == LegState(state=LineState.LIVE)


@pytest.mark.parametrize("parent", ["completed", "busy", "failed", "no-answer", "canceled"])
async def test_a_closed_line_has_no_legs(rest: PlayedRest, parent: str) -> None:
    rest.parent = parent
    rest.leg(TARGET.number, "in-progress")
    assert await look(rest) is LineState.ENDED


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", LineState.LIVE),
        ("ringing", LineState.LIVE),
        ("in-progress", LineState.LIVE),
        ("completed", LineState.ENDED),
        ("busy", LineState.ENDED),
        ("no-answer", LineState.ENDED),
        ("canceled", LineState.ENDED),
        ("a word of tomorrow", LineState.UNKNOWN),
    ],
)
async def test_a_leg_is_as_the_carrier_says(
    rest: PlayedRest, status: str, state: LineState
) -> None:
    rest.leg(TARGET.number, status)
    assert await look(rest) is state


async def test_the_latest_leg_to_the_destination_counts(rest: PlayedRest) -> None:
    rest.leg(TARGET.number, "in-progress", minute=9)
    rest.leg(TARGET.number, "completed", minute=3)
    rest.leg("+13105559999", "completed", minute=30)
    assert await look(rest) is LineState.LIVE


async def test_a_sip_destination_is_compared_as_it_is_written(rest: PlayedRest) -> None:
    rest.leg(SIP, "completed")
    assert await look(rest, question(SIP)) is LineState.ENDED


async def test_what_the_carrier_does_not_know_is_unknown(rest: PlayedRest) -> None:
    assert await look(rest) is LineState.UNKNOWN
    assert await look(rest, question(call_sid="CA404")) is LineState.UNKNOWN
    assert await look(rest, tokens=()) is LineState.UNKNOWN
    rest.nonsense = True
    assert await look(rest) is LineState.UNKNOWN


async def test_while_tokens_are_rotated_the_good_one_is_found(rest: PlayedRest) -> None:
    rest.leg(TARGET.number, "in-progress")
    assert await look(rest, tokens=("revoked", TOKEN)) is LineState.LIVE
    assert await look(rest, tokens=("revoked",)) is LineState.UNKNOWN


async def test_a_slow_carrier_is_answered_for_within_the_deadline(rest: PlayedRest) -> None:
    rest.delay_seconds = 30
    began = time.monotonic()
    assert await look(rest, within_ms=300) is LineState.UNKNOWN
    assert time.monotonic() - began < 1


async def test_a_carrier_that_is_away_is_unknown(rest: PlayedRest) -> None:
    rest.url = "http://127.0.0.1:1"
    assert await look(rest) is LineState.UNKNOWN


async def test_many_questions_wait_for_each_other(rest: PlayedRest) -> None:
    rest.leg(TARGET.number, "in-progress")
    rest.delay_seconds = 0.01
    api = CarrierApi(rest.url, lambda _: (TOKEN,))
    asked = [api.leg_state(question(), Deadline.within(3_000)) for _ in range(12)]
    assert {state.state for state in await asyncio.gather(*asked)} == {LineState.LIVE}
    assert rest.at_once_most <= REQUESTS_MAX
