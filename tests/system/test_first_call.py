"""The script in docs/ makes an account from nothing to a routed call, by the API alone."""

import asyncio
import importlib.util
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn

from libs.contracts.ids import AccountId
from services.console.app import create
from services.console.settings import Settings
from services.console.store.people import Person
from tests.kit.hosting import ACCOUNT_SID, TESTER, House, eventually, is_whole, settings_of

SCRIPT = Path(__file__).parents[2] / "docs" / "first_call.py"
NUMBER, DESK = "+18005550150", "+15550100001"
LINES_MAX = 60
REHEARSED = "Desk of Acme Roofing was dialled"


def the_script() -> Any:
    spec = importlib.util.spec_from_file_location("first_call", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_from_nothing_to_a_routed_call(house: House, capsys: Any) -> None:
    assert len(SCRIPT.read_text().splitlines()) < LINES_MAX
    app = create(
        settings_of(
            Settings,
            nats_url=house.nats_url,
            database_url=house.database_url,
            secure_cookies=False,
            first_account_id=uuid4(),
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: is_listening(server))
        await eventually(lambda: is_whole(app))
        password = await signed_up(app, "ann@example.com")
        script = the_script()
        script.ACCOUNT_SID = ACCOUNT_SID
        url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        ran = asyncio.to_thread(script.main, url, "ann@example.com", password, NUMBER, DESK)
        running = asyncio.create_task(ran)

        await eventually(lambda: is_configured(capsys, running))
        report = await house.call(NUMBER, f"{DESK}=answer:1,talk:30")
        sentence = await asyncio.wait_for(running, 20)
    finally:
        server.should_exit = True
        await serving

    assert [leg.destination for leg in report.legs] == [DESK]
    assert sentence.startswith(REHEARSED)


async def is_listening(server: uvicorn.Server) -> bool | None:
    return server.started or None


async def is_configured(capsys: Any, running: Any) -> bool | None:
    """Whether the script has said where a call would go."""
    if running.done():
        running.result()
    return True if REHEARSED in capsys.readouterr().out else None


async def signed_up(app: Any, email: str) -> str:
    """Somebody with a password and an account of her own."""
    desk, password = app.state.keeping_people, "a password of the tests"
    kept = await desk._passwords.hashed(password)
    person = Person(uuid4(), email, "Ann", kept, must_change=False)
    now = app.state.clock.now()
    await app.state.accounts.found(AccountId(uuid4()), "Hers", person, TESTER, now)
    return password
