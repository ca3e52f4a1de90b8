"""Pings above what a process answers in a second are turned away before they cost anything."""

from typing import Any

import httpx

from services.rtb.doors.gate import Gate
from tests.service.rtb.stage import running_stage

UNKNOWN = f"/v1/production/{'0' * 32}"


async def test_the_setting_says_how_many_go_through(nats_url: str, database_url: str) -> None:
    async with running_stage(nats_url, database_url, pings_per_second=2) as stage:
        transport = httpx.ASGITransport(app=stage.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://rtb") as http:
            answers = [await http.get(f"{UNKNOWN}.json") for _ in range(6)]
            xml = await http.get(f"{UNKNOWN}.xml")
            others = [await http.get("/healthz") for _ in range(6)]
    statuses = [one.status_code for one in answers]
    assert statuses[:2] == [404, 404]
    assert 429 in statuses
    told = answers[statuses.index(429)]
    assert (told.json()["rejectCode"], told.headers["retry-after"]) == (1025, "1")
    if xml.status_code == 429:
        assert "<rejectCode>1025</rejectCode>" in xml.text
    assert {one.status_code for one in others} == {200}


async def test_the_bucket_fills_as_time_passes() -> None:
    now, passed = 100.0, 0

    async def door(*_: Any) -> None:
        nonlocal passed
        passed += 1

    async def send(_: Any) -> None:
        return

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    gate = Gate(door, 10, lambda: now)
    ping = {"type": "http", "path": f"{UNKNOWN}.xml"}
    for seconds, through in ((0.0, 10), (0.5, 15), (60.0, 25)):
        now += seconds
        for _ in range(50):
            await gate(ping, receive, send)
        assert passed == through
    await gate({"type": "http", "path": "/bidders/v1/bids"}, receive, send)
    assert passed == 26
