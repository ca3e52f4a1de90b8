"""A live call is turned from the API, at the carrier, and its timeline says who did it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import parse_script
from libs.contracts.ids import call_id_of
from services.console.domain.access import Role
from services.ingress.app import create
from services.ingress.settings import Settings
from tests.kit.hosting import BASE_URL, alive, eventually, is_whole, settings_of
from tests.kit.played_rest import PlayedRest, played_rest
from tests.service.console.stage import ACCOUNT_SID, Stage, a_routed_campaign

TOKEN = "a token of the tests"
NUMBER, DESK, ELSEWHERE, LAST = "+18005550100", "+15550100001", "+15550100008", "+15550100009"
LONG = f"{DESK}=answer:1,talk:900;{ELSEWHERE}=answer:1,talk:900"
TO = {"kind": "phone", "number": ELSEWHERE}


class Line:
    """A call that is on the line while the test has the clock in its hand."""

    def __init__(self, stage: Stage, carrier: PlayedRest) -> None:
        self.stage, self.carrier = stage, carrier
        self.clock = carrier.carrier.clock

    async def play(self, script: str, turns: Callable[[str], Awaitable[None]]) -> dict[str, Any]:
        """Play a call, turn it after 30 seconds, and give its detail once it is over."""
        number = NumberConfig(
            voice_url=f"{BASE_URL}/api/webhooks/voice",
            fallback_url=f"{BASE_URL}/api/webhooks/fallback",
            status_url=f"{BASE_URL}/api/webhooks/status",
        )
        with self.clock.attend():
            calling = asyncio.create_task(
                self.carrier.carrier.call(number, "+12125550100", NUMBER, parse_script(script))
            )
            await self.pass_seconds(30)
            (sid,) = self.carrier.carrier.lines
            self.call = f"calls/{call_id_of_sid(sid)}"
            await self._heard()
            await turns(self.call)
        self.report: CallReport = await calling
        return await eventually(self._over)

    async def pass_seconds(self, seconds: float) -> None:
        await self.clock.alarm(self.clock.seconds() + seconds)

    async def _heard(self) -> None:
        """Tracking has the call, and knows that it is connected."""

        async def connected() -> bool | None:
            answer = await self.stage.owner("GET", self.call)
            return (answer.is_success and answer.json()["call"]["state"] == "connected") or None

        await eventually(connected)

    async def _over(self) -> dict[str, Any] | None:
        detail: dict[str, Any] = await self.stage.owner.get(self.call)
        return detail if detail["call"]["ended_at"] else None

    async def turn(self, control: str, **more: Any) -> httpx.Response:
        body = {"control": control, **more}
        return await self.stage.owner("POST", f"{self.call}/controls", json=body)


def call_id_of_sid(sid: str) -> str:
    return str(call_id_of(ACCOUNT_SID, sid))


@pytest_asyncio.fixture(loop_scope="module")
async def line(stage: Stage, tmp_path: Path) -> AsyncIterator[Line]:
    apps: list[Any] = []

    async def ingress_app(*connection: Any) -> None:
        await apps[0](*connection)

    async with AsyncExitStack() as stack:
        webhooks = httpx.ASGITransport(app=ingress_app)
        carrier = await stack.enter_async_context(played_rest(ACCOUNT_SID, TOKEN, webhooks))
        settings = settings_of(
            Settings,
            nats_url=stage.nats_url,
            public_base_url=BASE_URL,
            folder=tmp_path,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=TOKEN,
            twilio_api_base_url=carrier.url,
        )
        apps.append(await stack.enter_async_context(alive(create(settings))))
        await eventually(partial(is_whole, apps[0]))
        made = await a_routed_campaign(stage.owner, NUMBER)
        campaign = made["campaigns"]
        fallback = {"fallback_destination": {"kind": "phone", "number": LAST}}
        await stage.owner.put(
            f"campaigns/{campaign['document']['id']}",
            {**campaign["document"], **fallback},
            campaign["version"],
        )

        async def plan_is_kept() -> bool | None:
            kept = tmp_path / "plans.json"
            return (kept.exists() and LAST in kept.read_text()) or None

        await eventually(plan_is_kept)
        yield Line(stage, carrier)


def controls(detail: dict[str, Any]) -> list[tuple[str, str, str]]:
    facts = [one["fact"] for one in detail["timeline"] if "call.controlled" in one["subject"]]
    return [(one["control"], one["actor"]["role"], one["actor"]["via"]) for one in facts]


async def test_a_call_is_transferred_and_hung_up(line: Line) -> None:
    async def turns(_: str) -> None:
        assert (await line.turn("transfer", destination=TO, record=True)).json()["step"] == 500
        await line.pass_seconds(60)
        assert (await line.turn("hang_up")).json()["control"] == "hang_up"

    detail = await line.play(LONG, turns)

    call = detail["call"]
    assert [(leg["step"], leg["destination"], leg["connected"]) for leg in call["legs"]] == [
        (0, DESK, True),
        (500, ELSEWHERE, True),
    ]
    assert (call["state"], call["buyer_name"], call["fell_back"]) == (
        "completed",
        "ours buyer",
        False,
    )
    left = [one["fact"] for one in detail["timeline"] if "leg.ended" in one["subject"]]
    (spoken,) = (one["seconds"] for one in left if one["step"] == 0 and one["bridged"])
    assert 20 <= spoken <= call["legs"][0]["seconds"]  # so the router's caps and agents know it
    assert call["sub_status"] == "served"
    assert controls(detail) == [("transfer", "owner", "key"), ("hang_up", "owner", "key")]
    assert line.report.errors == ()

    async def both_recordings() -> bool | None:
        kept = (await line.stage.owner.get(line.call))["call"]["recordings"]
        return [one["step"] for one in kept] == [0, 500] or None

    await eventually(both_recordings)  # the campaign's, and that of the transfer
    assert call["hung_up_by"] == "operator"
    late = await line.turn("hang_up")
    assert (late.status_code, late.json()["code"]) == (409, "not_live")


async def test_who_is_not_taken_at_her_new_place_goes_to_the_fallback(line: Line) -> None:
    async def turns(_: str) -> None:
        assert (await line.turn("transfer", destination=TO)).is_success

    detail = await line.play(f"{LONG};{ELSEWHERE}=busy;{LAST}=answer:1,talk:9", turns)

    legs = detail["call"]["legs"]
    assert [(leg["step"], leg["destination"]) for leg in legs] == [
        (0, DESK),
        (500, ELSEWHERE),
        (501, LAST),
    ]
    assert [leg["connected"] for leg in legs] == [True, False, True]
    assert line.report.errors == ()


async def test_a_recording_is_paused_and_resumed(line: Line) -> None:
    def running() -> list[str]:
        return [one.status for one in line.carrier.carrier.ledger.recordings.values()]

    async def turns(_: str) -> None:
        again = await line.turn("resume_recording")
        assert (again.status_code, again.json()["code"]) == (409, "not_recording")
        assert (await line.turn("pause_recording")).is_success
        assert running() == ["paused"]
        assert (await line.turn("resume_recording")).is_success
        assert running() == ["in-progress"]
        assert (await line.turn("hang_up")).is_success

    detail = await line.play(LONG, turns)

    done = ["pause_recording", "resume_recording", "hang_up"]
    assert [control for control, *_ in controls(detail)] == done


async def test_what_cannot_be_meant_is_refused_with_its_field(line: Line) -> None:
    async def turns(call: str) -> None:
        assert line.stage.owner.account_id
        analyst = await line.stage.program(Role.ANALYST, line.stage.owner.account_id)
        no = await analyst("POST", f"{call}/controls", json={"control": "hang_up"})
        assert no.status_code == 403
        for body, field in (
            ({"control": "transfer"}, "body.destination"),
            ({"control": "hang_up", "destination": TO}, "body.destination"),
            ({"control": "pause_recording", "record": True}, "body.record"),
            ({"control": "mute"}, "body.control"),
            ({"control": "hang_up", "why": "x"}, "body.why"),
        ):
            no = await line.stage.owner("POST", f"{call}/controls", json=body)
            assert no.status_code == 422
            assert [one["path"] for one in no.json()["errors"]] == [field]
        await line.turn("hang_up")

    assert (await line.play(LONG, turns))["call"]["state"] == "completed"
