"""An owner behind the console is killed: it is named at once, and the others' routes work."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from tests.kit.hosting import eventually
from tests.kit.processes import Process, Processes

DOORS = {"router": "campaigns", "tracking": "calls"}
TOLD_WITHIN_SECONDS = 3.0  # the console allows an owner one; the machine may be busy
PASSWORD = "a password of the crash tests"


async def test_each_owner_is_killed_and_comes_back(tmp_path: Path) -> None:
    settings = {"SESSION_SECRET": "a secret of the crash tests", "CONSOLE_SECURE_COOKIES": "false"}
    async with AsyncExitStack() as stack:
        processes = Processes(tmp_path, settings, stack)
        await processes.open()
        owners = {name: processes.service(name) for name in DOORS}
        console = processes.service("console")
        for process in (*owners.values(), console):
            process.start()
        await asyncio.gather(*(one.ready() for one in (*owners.values(), console)))
        async with httpx.AsyncClient(base_url=f"{console.url}/api/v1/", timeout=10) as http:
            await sign_in(http, console)
            for name, process in owners.items():
                await asyncio.to_thread(process.kill)
                await is_named(http, name)
                process.start()
                await process.ready()
                for door in DOORS.values():
                    await eventually(lambda door=door: opens(http, door))  # type: ignore[misc]


async def sign_in(http: httpx.AsyncClient, console: Process) -> None:
    password = await eventually(lambda: one_time_password(console.command.log))
    credentials = {"email": "owner@example.com", "password": password}
    answer = await http.post("session", json=credentials)
    http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    change = {"password": password, "new_password": PASSWORD}
    assert (await http.put("session/password", json=change)).is_success


async def one_time_password(log: Path) -> str | None:
    said = (line for line in log.read_text().splitlines() if line.startswith("First owner"))
    return next((line.split()[-1] for line in said), None)


async def is_named(http: httpx.AsyncClient, gone: str) -> None:
    for owner, door in DOORS.items():
        began = time.monotonic()
        answer = await http.get(door)
        took = time.monotonic() - began
        if owner == gone:
            assert (answer.status_code, answer.json()["owner"]) == (503, owner)
            assert took < TOLD_WITHIN_SECONDS
        else:
            assert answer.status_code == 200, answer.text


async def opens(http: httpx.AsyncClient, door: str) -> bool | None:
    return True if (await http.get(door)).status_code == 200 else None
