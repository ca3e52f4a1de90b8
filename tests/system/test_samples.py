"""Every code sample of the guides runs, against all services behind one public name."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import yaml

from deploy.local.servers.ports import free_port
from libs.runtime.sandbox.outcome import Value
from libs.runtime.sandbox.sandbox import Sandbox
from services.console.app import create as create_console
from services.console.domain.access import Principal, Right, Role
from services.console.settings import Settings as ConsoleSettings
from services.rtb.app import create as create_rtb
from services.rtb.settings import Settings as RtbSettings
from tests.kit.hosting import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    BASE_URL,
    House,
    alive,
    eventually,
    is_whole,
    settings_of,
)
from tests.kit.samples import LANGUAGES, Sample, samples

SAMPLES = list(samples())
BIN = Path(sys.executable).parent
PROGRAMS = {
    "python": (sys.executable, "-c"),
    "js": (str(BIN / "node"), "--input-type=module", "--eval"),
    "sh": ("bash", "-euo", "pipefail", "-c"),
}
WITHIN_SECONDS = 30
DOORS = (
    (("/api/webhooks",), "ingress"),
    (("/dni", "/api/dni", "/js/t.js", "/p/"), "tracking"),
    (("/v1/production", "/bidders"), "rtb"),
)


def chosen(*languages: str, role: str = "") -> list[Sample]:
    return [one for one in SAMPLES if one.language in languages and one.role == role]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.place)
def test_a_sample_says_what_it_is(sample: Sample) -> None:
    assert sample.language in LANGUAGES
    if sample.language == "json":
        json.loads(sample.text)
    if sample.language == "yaml":
        yaml.safe_load(sample.text)


async def test_all_samples_run_in_the_order_of_the_guides(house: House) -> None:
    environment = await public_name(house)
    first = [one for one in chosen("python", "js", "sh") if one.place.startswith("first_")]
    rest = [one for one in chosen("python", "js", "sh") if one not in first]
    assert len(first) >= 3
    wrong: dict[str, str] = {}
    for one in first:  # what it makes, others use
        wrong |= await tried(one, environment)
    environment |= await a_pinged_campaign(environment)
    for one in rest:
        wrong |= await tried(one, environment)
    assert wrong == {}


@pytest.mark.parametrize("sample", chosen("python", "js", role="bidder"), ids=lambda s: s.place)
async def test_an_endpoint_for_bids_passes_the_conformance_kit(sample: Sample) -> None:
    port = free_port()
    serving = await started(sample, {"PORT": str(port)})
    try:
        await eventually(partial(listens, port))
        judged = await ran(
            (sys.executable, "-m", "services.rtb.conformance", f"http://127.0.0.1:{port}"), {}
        )
    finally:
        await ended(serving)
    assert judged[0] == 0, judged[1]


@pytest.mark.parametrize("sample", chosen("js", role="sandbox"), ids=lambda one: one.place)
async def test_code_for_flows_runs_in_the_sandbox(sample: Sample) -> None:
    sandbox = Sandbox(1)
    await sandbox.start()
    try:
        given = {"tags": {"source": "mail"}, "caller": {"state": "NY"}}
        outcome = await sandbox.run_js(
            sample.text, given, now=datetime.now(UTC), seed=1, owner="tests"
        )
    finally:
        await sandbox.stop()
    assert isinstance(outcome, Value), outcome


async def tried(sample: Sample, environment: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a sample, by its place."""
    code, printed = await ran((*PROGRAMS[sample.language], sample.text), environment)
    missing = [line for line in sample.output if line not in printed]
    return {} if code == 0 and not missing else {sample.place: f"{missing}\n{printed}"}


async def ran(command: tuple[str, ...], environment: Mapping[str, str]) -> tuple[int, str]:
    """How a program ended, and what it printed."""
    program = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "NO_PROXY": "127.0.0.1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        printed, _ = await asyncio.wait_for(program.communicate(), WITHIN_SECONDS)
    except TimeoutError:
        await ended(program)
        return 1, "it does not end"
    return program.returncode or 0, printed.decode()


async def started(sample: Sample, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    command = (*PROGRAMS[sample.language], sample.text)
    return await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment}, start_new_session=True
    )


async def ended(program: asyncio.subprocess.Process) -> None:
    """End it with what it has started: the `node` of a wheel starts the real one."""
    os.killpg(program.pid, signal.SIGKILL)
    await program.wait()


async def public_name(house: House, **of_console: Any) -> dict[str, str]:
    """All doors behind one address, as an operator has them; what the guides' programs need."""
    about: dict[str, Any] = {"nats_url": house.nats_url, "database_url": house.database_url}
    more = {"secure_cookies": False, "anthropic_api_key": "", **of_console}
    console = create_console(settings_of(ConsoleSettings, **about, **more))
    rtb = create_rtb(settings_of(RtbSettings, **about, allow_private_addresses=True))
    await house.stack.enter_async_context(alive(rtb))
    await house.stack.enter_async_context(alive(console))
    apps = {"ingress": house.ingress, "tracking": house.tracking, "rtb": rtb, "console": console}

    async def door(scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        named = (name for paths, name in DOORS if path.startswith(paths))
        await apps[next(named, "console")](scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(door, port=0, log_level="warning", lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = server.force_exit = True
        await serving

    house.stack.push_async_callback(stop)
    await eventually(partial(is_true, lambda: server.started))
    for app in (console, rtb):
        await eventually(partial(is_whole, app))
    port = server.servers[0].sockets[0].getsockname()[1]
    return {
        "CALLCENTER_URL": f"http://127.0.0.1:{port}",
        "CALLCENTER_KEY": await a_key(console),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "INGRESS_PUBLIC_BASE_URL": BASE_URL,
    }


async def a_key(console: Any) -> str:
    people = console.state.people
    owner = await eventually(partial(people.by_email, "owner@example.com"))
    (account_id, *_), *_ = await people.accounts_of(owner.person_id)
    rights = frozenset((Right.SELF, Right.LOOK, Right.EDIT))
    who = Principal(account_id=account_id, name="tests", role=Role.OWNER, rights=frozenset(Right))
    _, key = await console.state.keeping_people.make_key(who, "tests", Role.ADMIN, rights, None)
    return str(key)


async def a_pinged_campaign(environment: Mapping[str, str]) -> dict[str, str]:
    """The RTB id of a campaign that takes pings, as its operator tells a publisher."""
    headers = {"Authorization": f"Bearer {environment['CALLCENTER_KEY']}"}
    url = f"{environment['CALLCENTER_URL']}/api/v1/"
    async with httpx.AsyncClient(base_url=url, headers=headers) as api:
        made = await api.post("campaigns", json={"name": "Pinged", "rtb_enabled": True})
        document = made.raise_for_status().json()["document"]
        rules = await api.post("ping-rules", json={"id": document["id"]})
        rules.raise_for_status()
    return {"RTB_ID": document["rtb_id"]}


async def is_true(look: Any) -> bool | None:
    return True if look() else None


async def listens(port: int) -> bool | None:
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return None
