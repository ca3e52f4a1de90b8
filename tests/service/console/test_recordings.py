"""Recordings are heard by who may, through the ingress, and never at an address of the carrier."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from deploy.local.carrier.ledger import Recording
from deploy.local.carrier.tape import wav
from libs.contracts.calls import RecordingStatus
from libs.contracts.ids import AccountId
from services.console.domain.access import Role
from services.ingress.app import create
from services.ingress.carrier import recordings
from services.ingress.settings import Settings
from tests.kit.facts import CallStory
from tests.kit.hosting import alive, eventually, is_whole, settings_of
from tests.kit.played_rest import PlayedRest, listening, played_rest
from tests.service.console.stage import ACCOUNT_SID, Asker, Stage

TOKEN = "a token of the tests"
SID = "RE" + "1" * 32


class Archive:
    """A console with an ingress behind it, and a carrier that has a recording of the account's."""

    def __init__(self, stage: Stage, carrier: PlayedRest, ingress_url: str) -> None:
        self.stage, self.carrier, self.ingress_url = stage, carrier, ingress_url

    async def recorded(self, sid: str = SID, status: str = "completed") -> CallStory:
        """A call whose recording is there, also by the carrier."""
        account = f"{self.carrier.url}/2010-04-01/Accounts/{ACCOUNT_SID}"
        one = Recording(
            sid, "CA1", "DialVerb", 2, datetime.now(UTC), 0.0, f"{account}/Recordings/{sid}"
        )
        one.status, one.duration = status, 3
        self.carrier.carrier.ledger.recordings[sid] = one
        assert self.stage.owner.account_id
        story = CallStory(AccountId(self.stage.owner.account_id))
        ready = story.recorded(RecordingStatus(status), recording_sid=sid, url=one.url, seconds=3)
        await self.stage.tell(story.arrived(), story.routed(), ready)
        return story

    def sound(self, sid: str = SID) -> bytes:
        return wav(self.carrier.carrier.ledger.recordings[sid])


@pytest_asyncio.fixture(loop_scope="module")
async def archive(stage: Stage, tmp_path: Path) -> AsyncIterator[Archive]:
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
        url = await stack.enter_async_context(at_an_address(ingress))
        await eventually(partial(is_whole, ingress))
        stage.app = await stage.console(ingress_base_url=url)
        assert stage.owner.account_id
        stage.owner = await stage.program(Role.OWNER, stage.owner.account_id)
        yield Archive(stage, carrier, url)


@asynccontextmanager
async def at_an_address(app: object) -> AsyncIterator[str]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with listening(app, taken):
            yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def hear(asker: Asker, story: CallStory, sid: str = SID, part: str = "") -> httpx.Response:
    headers = {"Range": part} if part else {}
    return await asker("GET", f"calls/{story.call_id}/recordings/{sid}", headers=headers)


async def test_a_recording_is_heard_whole_and_in_parts(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = archive.stage.owner
    story = await archive.recorded()
    call = (await owner.get(f"calls/{story.call_id}"))["call"]
    assert [(one["recording_sid"], one["seconds"]) for one in call["recordings"]] == [(SID, 3)]

    for params, count in (({"statuses": "ringing"}, 1), ({"talk_seconds_least": 1}, 0)):
        listed = await owner.get("calls", params=params)
        assert [one["call_id"] for one in listed["calls"]] == [str(story.call_id)] * count

    whole = await hear(owner, story)
    assert (whole.status_code, whole.content) == (200, archive.sound())
    assert whole.headers["content-type"] == "audio/x-wav"
    assert whole.headers["cache-control"] == "no-store"
    part = await hear(owner, story, part="bytes=10-19")
    assert (part.status_code, part.content) == (206, archive.sound()[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(archive.sound())}"
    assert (await hear(owner, story, part="bytes=9999999-")).status_code == 416

    async with httpx.AsyncClient(base_url=archive.ingress_url) as anybody:
        assert (await anybody.get(f"{recordings.DOOR}/forged")).status_code == 403
    monkeypatch.setattr(recordings, "TICKET_GOOD_FOR", -recordings.TICKET_GOOD_FOR)
    late = await hear(owner, story)
    assert (late.status_code, late.json()["owner"]) == (503, "ingress")


async def test_only_who_may_hears_and_only_what_is_there(archive: Archive) -> None:
    stage = archive.stage
    story = await archive.recorded()
    silent = await archive.recorded("RE" + "2" * 32, "absent")
    analyst = await stage.browser(Role.ANALYST)
    stranger = await stage.program(Role.OWNER, await stage.another_account())
    for asker, of, sid, status, code in (
        (analyst, story, SID, 403, "forbidden"),
        (stranger, story, SID, 404, "not_found"),
        (stage.owner, story, "RE" + "9" * 32, 404, "not_found"),
        (stage.owner, silent, SID, 404, "not_found"),
        (stage.owner, silent, "RE" + "2" * 32, 409, "not_recorded"),
    ):
        no = await hear(asker, of, sid)
        assert (no.status_code, no.json()["code"]) == (status, code)
    assert archive.carrier.made("GET", "Recordings") == []

    archive.carrier.carrier.ledger.recordings.clear()
    assert (await hear(stage.owner, story)).status_code == 404


async def test_recordings_are_deleted_by_the_accounts_rule(archive: Archive) -> None:
    owner = archive.stage.owner
    old = await archive.recorded()
    assert await owner.get("recording-rule") == {"version": 0, "document": {"keep_days": None}}
    later = await owner.put("recording-rule", {"keep_days": 3_650}, version=0)
    assert (await hear(owner, old)).status_code == 200
    again = await owner("PUT", "recording-rule", json={}, headers={"If-Match": '"0"'})
    assert (again.status_code, again.json()["code"]) == (409, "stale")

    await owner.put("recording-rule", {"keep_days": 30}, version=later["version"])

    async def gone() -> dict[str, Any] | None:
        (one,) = (await owner.get(f"calls/{old.call_id}"))["call"]["recordings"]
        return one if one["deleted_at"] else None

    await eventually(gone)
    no = await hear(owner, old)
    assert (no.status_code, no.json()["code"]) == (410, "gone")
    assert archive.carrier.carrier.ledger.recordings == {}
    subjects = [one["subject"] for one in (await owner.get(f"calls/{old.call_id}"))["timeline"]]
    assert subjects.count("event.recording.deleted.v1") == 1
    audited = (await owner.get("audit", params={"noun": "recording_rule"}))["items"]
    assert [one["after"] for one in audited] == [{"keep_days": 30}, {"keep_days": 3_650}]


async def test_recordings_are_written_down_on_request(archive: Archive) -> None:
    owner = archive.stage.owner
    story, silent = await archive.recorded(), await archive.recorded("RE" + "2" * 32, "absent")
    ids = [str(story.call_id), str(silent.call_id)]
    asked = await owner.post("call-transcriptions", {"call_ids": ids})
    assert (asked["recordings"], asked["nothing"]) == (1, ids[1:])

    async def written() -> str | None:
        await owner.post("call-transcriptions", {"call_ids": ids})  # look again at once
        (one,) = (await owner.get(f"calls/{story.call_id}"))["call"]["recordings"]
        return one["transcript"] or None

    text = await eventually(written)
    assert text == "Caller: Hello, how can I help?\nCallee: I want a new roof."
    again = await owner.post("call-transcriptions", {"call_ids": ids[:1]})
    assert (again["recordings"], again["nothing"]) == (0, ids[:1])
    assert len(archive.carrier.made("POST", "Transcripts")) == 1
    analyst = await archive.stage.browser(Role.ANALYST)
    no = await analyst("POST", "call-transcriptions", json={"call_ids": ids})
    assert no.status_code == 403
