"""Who asks to be forgotten is: number, recordings, words are gone, and her calls still there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from deploy.local import demo
from libs.contracts.calls import RecordingTranscribed, TranscriptStatus
from libs.runtime.publish import MESSAGE_ID, publish
from services.console.domain.access import Role
from services.tracking.rebuild import run as rebuild
from tests.browser.world import PASSWORD, World, be_signed_in
from tests.kit.hosting import call_id, eventually

CALLER = "+12125550123"
TALKS = f"{demo.FRONT_DESK}=answer:1,talk:45,callee-hangs-up"
WORDS = "my house is the blue one"
TEXTS = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
WHERE table_schema IN ('router', 'tracking', 'rtb', 'flows', 'console')
"""


def tables_with(url: str, text: str) -> set[str]:
    """Every table of ours in which the text stands, however it is written."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(TEXTS).fetchall()]
        return {
            name
            for name in names
            if connection.execute(
                f"SELECT 1 FROM {name} AS t WHERE t::text LIKE %s LIMIT 1", [f"%{text}%"]
            ).fetchone()
        }


@pytest.fixture
async def world(nats_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        running = World(nats_url, database_url, tmp_path, stack)
        await running.open()
        yield running


async def test_a_number_is_nowhere_and_its_calls_stay(world: World) -> None:
    report = await world.call(demo.NUMBER, TALKS, CALLER)
    auctioned = await world.call(demo.AUCTION_NUMBER, "*=busy", CALLER)
    await world.whole_record(report)
    await world.record(auctioned)
    await written_down(world, report)
    call = (await world.record(report)).call
    before = await asyncio.to_thread(tables_with, world.database_url, CALLER[2:])
    assert {"tracking.call_2026_11", "router.decision", "rtb.auction"} & before
    (kept,) = call.recordings

    async with world.asker() as http:
        await be_signed_in(http, world.email, PASSWORD, world.account_id)
        asked = {"number": CALLER, "reason": f"she ({CALLER}) wrote to us"}
        begun = await http.post("/erasures", json=asked)
        assert begun.status_code == 202, begun.text
        done = await eventually(lambda: over(http, begun.json()["erasure_id"]))
        audit = await http.get("/audit", params={"noun": "erasure"})
    assert done["rows"]["tracking.recording"] == 1
    assert done["rows"]["tracking.transcript"] == 1
    assert [one["after"]["state"] for one in audit.json()["items"]] == ["done", "under_way"]

    for text in (CALLER[2:], WORDS):
        assert await asyncio.to_thread(tables_with, world.database_url, text) == set(), text
    assert kept.recording_sid not in world.carrier.ledger.recordings
    after = await eventually(lambda: without_recording(world, report))
    told = {"caller", "recordings", "recording_transcript"}
    assert after.model_dump(exclude=told) == call.model_dump(exclude=told)
    assert done["instead"] in after.model_dump_json()
    found = await rebuild(world.database_url, check=True)
    assert found.differences == 0, "what is made anew from facts agrees"

    manager = await world.person(Role.MANAGER)
    async with world.asker() as http:
        await be_signed_in(http, manager, PASSWORD)
        assert (await http.post("/erasures", json=asked)).status_code == 403


async def written_down(world: World, report: Any) -> None:
    """What the carrier has written down of her recording."""
    (recording,) = (await world.record(report)).call.recordings
    now = datetime.now(UTC)
    fact = RecordingTranscribed(
        call_id=call_id(report),
        account_id=world.account_id,
        step=recording.step,
        sequence=0,
        at=now,
        seen_at=now,
        recording_sid=recording.recording_sid,
        status=TranscriptStatus.COMPLETED,
        text=WORDS,
    )
    payload = fact.model_dump_json().encode()
    headers = {MESSAGE_ID: fact.key}
    await publish(world.broker, fact.subject, payload, headers, within_seconds=5)

    async def kept() -> bool | None:
        return (await world.record(report)).call.recordings[0].transcript == WORDS or None

    await eventually(kept)


async def over(http: httpx.AsyncClient, erasure_id: str) -> dict[str, Any] | None:
    answer = await http.get(f"/erasures/{erasure_id}")
    erasure: dict[str, Any] = answer.json()
    assert erasure["note"] == "", erasure
    return erasure if erasure["state"] == "done" else None


async def without_recording(world: World, report: Any) -> Any:
    call = (await world.record(report)).call
    return call if all(one.deleted_at for one in call.recordings) else None
