"""How calls sounded is asked of the carrier where the account wants it, and never invented."""

import csv
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from deploy.local.carrier.ledger import CallEntry
from libs.contracts.ids import AccountId
from services.ingress.app import create
from services.ingress.settings import Settings
from services.tracking.desk import quality
from tests.kit.facts import CallStory
from tests.kit.hosting import alive, eventually, is_whole, settings_of
from tests.kit.played_rest import PlayedRest, Trouble, played_rest
from tests.service.console.stage import ACCOUNT_SID, Stage

TOKEN = "a token of the tests"
SUMMARY = r"^/v1/Voice/"
HALF_AN_HOUR = timedelta(minutes=31)  # as long ago the carrier has had its time
HEARD = {"jitter": {"avg": 4.25, "max": 80}, "packets_loss_percentage": 1.5, "packets_lost": 12}
COMPLETE = {
    "processing_state": "complete",
    "tags": ["silence", "high_jitter"],
    "properties": {"disconnected_by": "callee", "pdd_ms": 320, "last_sip_response_num": 200},
    "carrier_edge": {"metrics": {"inbound": HEARD, "outbound": {"packets_sent": 9}}},
    "sdk_edge": None,
}
NOTHING: dict[str, Any] = {"mos": None, "jitter_ms": None, "packet_loss_percent": None, "tags": []}


class Listening:
    """A console, its account's calls, and a carrier that has measured them."""

    def __init__(self, stage: Stage, carrier: PlayedRest) -> None:
        self.stage, self.owner, self.carrier = stage, stage.owner, carrier
        self.ledger = carrier.carrier.ledger
        self._version = 0

    async def ask(self, *, wanted: bool = True) -> None:
        """Save the account's rule, upon which tracking looks at once for what is due."""
        saved = await self.owner.put("quality-rule", {"ask": wanted}, version=self._version)
        self._version = saved["version"]

    async def call(self, summary: dict[str, Any] | None, ago: timedelta = HALF_AN_HOUR) -> str:
        """A call of which our own facts do not say who hung up."""
        assert self.owner.account_id
        story = CallStory(AccountId(self.owner.account_id), datetime.now(UTC) - ago)
        arrived = story.arrived(account_sid=ACCOUNT_SID)
        if summary is not None:
            self.ledger.summaries[arrived.call_sid] = summary
        ending = (story.leg_ended(seconds=20), story.ended())
        await self.stage.tell(arrived, story.routed(), story.answered(), *ending)
        return str(story.call_id)

    async def record(self, call_id: str) -> dict[str, Any]:
        return (await self.owner.get(f"calls/{call_id}"))["call"]  # type: ignore[no-any-return]

    async def known(self, call_id: str) -> dict[str, Any]:
        """Its record, once something is known of its quality."""

        async def look() -> dict[str, Any] | None:
            call = await self.record(call_id)
            return call if call["quality"] else None

        return await eventually(look)


@pytest_asyncio.fixture(loop_scope="module")
async def listening(stage: Stage, tmp_path: Path) -> AsyncIterator[Listening]:
    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(played_rest(ACCOUNT_SID, TOKEN))
        settings = settings_of(
            Settings,
            nats_url=stage.nats_url,
            public_base_url="https://calls.example.com",
            folder=tmp_path,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=TOKEN,
            twilio_api_base_url=carrier.url,
        )
        ingress = await stack.enter_async_context(alive(create(settings)))
        await eventually(partial(is_whole, ingress))
        yield Listening(stage, carrier)


async def test_a_calls_quality_is_asked_for_where_the_account_wants_it(
    listening: Listening,
) -> None:
    owner = listening.owner
    assert await owner.get("quality-rule") == {"version": 0, "document": {"ask": False}}
    unasked = await listening.call(COMPLETE)
    await listening.ask()
    early = await listening.call(COMPLETE, ago=timedelta(minutes=5))
    call_id = await listening.call(COMPLETE)
    call = await listening.record(call_id)
    assert (call["quality"], call["hung_up_by"], call["hung_up_by_source"]) == (None, None, None)
    _with_a_leg(listening, call["call_sid"])
    await listening.ask()

    call = await listening.known(call_id)
    assert call["quality"] == {
        "status": "complete",
        "mos": None,
        "jitter_ms": 4.25,
        "packet_loss_percent": 1.5,
        "tags": ["silence", "high_jitter"],
        "reason": "",
    }
    assert (call["hung_up_by"], call["hung_up_by_source"]) == ("callee", "carrier")
    listed = await owner.get("calls", params={"hung_up_by": "callee"})
    assert [one["call_id"] for one in listed["calls"]] == [call_id]
    file = csv.DictReader((await owner("GET", "calls/csv")).text.splitlines())
    rows = {row["call_id"]: row for row in file}
    assert (rows[call_id]["quality"], rows[call_id]["jitter_ms"]) == ("complete", "4.25")
    assert rows[call_id]["quality_tags"] == "silence high_jitter"
    assert rows[unasked]["quality"] == ""
    for other in (unasked, early):
        assert (await listening.record(other))["quality"] is None
    await listening.ask()
    assert len(listening.carrier.made("GET", "/Summary")) == 2  # the call's own, and its leg's
    timeline = (await owner.get(f"calls/{call_id}"))["timeline"]
    assert [one["subject"] for one in timeline].count("event.call.quality_known.v1") == 1
    audited = (await owner.get("audit", params={"noun": "quality_rule"}))["items"]
    assert audited[-1]["after"] == {"ask": True}

    await listening.ask(wanted=False)
    later = await listening.call(COMPLETE)
    await listening.ask(wanted=False)
    assert (await listening.record(later))["quality"] is None


def _with_a_leg(listening: Listening, call_sid: str) -> None:
    """The carrier lists the leg that had the caller, and says that she hung up whom it rang."""
    now, own = datetime.now(UTC), {"processing_state": "complete", "tags": None}
    leg = CallEntry("CL1", "+12125550100", "+13105550123", "outbound-dial", now, "completed")
    leg.parent_sid = call_sid
    listening.ledger.open(leg)
    listening.ledger.summaries["CL1"] = {**own, "properties": {"disconnected_by": "callee"}}


async def test_without_an_answer_it_is_unknown_and_says_why(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "FIRST_AGAIN", timedelta(0))
    monkeypatch.setattr(quality, "AGAIN_AT_MOST", timedelta(0))
    monkeypatch.setattr(quality, "TRIES_MAX", 2)
    await listening.ask()

    listening.ledger.insights = False
    call = await _looked_at(listening, None)
    assert call["quality"]["status"] == "unknown"
    assert call["quality"].items() >= NOTHING.items()
    assert "no Voice Insights" in call["quality"]["reason"]
    assert (call["hung_up_by"], call["hung_up_by_source"]) == (None, None)
    assert len(listening.carrier.made("GET", "/Summary")) == 1  # asking again is no use

    listening.ledger.insights = True
    call = await _looked_at(listening, None)
    assert "no summary of this call" in call["quality"]["reason"]
    for trouble in (Trouble.AWAY, Trouble.GARBLED):
        listening.carrier.plan("GET", SUMMARY, trouble, times=2)
        call = await _looked_at(listening, COMPLETE)
        assert call["quality"]["reason"] == "the carrier does not answer"
    listening.carrier.plan("GET", SUMMARY, Trouble.BUSY)
    call = await _looked_at(listening, COMPLETE)
    assert call["quality"]["status"] == "complete"


async def test_what_is_not_finished_or_not_readable_is_taken_for_what_it_is(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "FIRST_AGAIN", timedelta(0))
    monkeypatch.setattr(quality, "AGAIN_AT_MOST", timedelta(0))
    monkeypatch.setattr(quality, "TRIES_MAX", 2)
    await listening.ask()
    by_caller = {"processing_state": "partial", "properties": {"disconnected_by": "caller"}}
    call = await _looked_at(listening, {**COMPLETE, **by_caller})
    assert (call["quality"]["status"], call["quality"]["jitter_ms"]) == ("partial", 4.25)
    assert (call["hung_up_by"], call["hung_up_by_source"]) == ("caller", "carrier")
    assert len(listening.carrier.made("GET", "/Summary")) == 2

    odd = {"metrics": {"inbound": {"jitter": "much", "mos": 97, "packets_loss_percentage": -1}}}
    garbage = {"properties": "none", "tags": [1, None, "x" * 900], "carrier_edge": odd}
    call = await _looked_at(listening, {"processing_state": "complete", **garbage})
    assert call["quality"].items() >= (NOTHING | {"status": "complete", "tags": ["x" * 64]}).items()
    assert call["hung_up_by"] is None


async def _looked_at(listening: Listening, summary: dict[str, Any] | None) -> dict[str, Any]:
    """A call's record after as many looks as it takes."""
    call_id = await listening.call(summary)

    async def look() -> dict[str, Any] | None:
        await listening.ask()
        call = await listening.record(call_id)
        return call if call["quality"] else None

    return await eventually(look)
