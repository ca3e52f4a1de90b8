"""The real services in one process, with the demo's account and calls that were played in it."""

import asyncio
from functools import partial
from typing import Any
from uuid import uuid4

import pyotp
import uvicorn

from deploy.local import demo
from deploy.local.bidders import DEMO, PlayedBidders
from services.console.app import create as create_console
from services.console.domain.access import Principal, Right, Role
from services.console.settings import Settings as ConsoleSettings
from services.rtb.app import create as create_rtb
from services.rtb.settings import Settings as RtbSettings
from tests.kit.hosting import ACCOUNT_SID, House, alive, eventually, is_whole, settings_of

PASSWORD = "a password of the tests"
CALLS = (
    (demo.NUMBER, f"{demo.FRONT_DESK}=answer:2,talk:95,callee-hangs-up", "+13055550101"),
    (demo.NUMBER, demo.SCRIPT, "+13055550102"),
    (
        demo.NUMBER,
        f"{demo.FRONT_DESK}=busy;{demo.HOTLINE}=busy;{demo.OVERFLOW}=busy",
        "+12125550103",
    ),
    (demo.AUCTION_NUMBER, "+15550100032=answer:1,talk:70,callee-hangs-up", "+13055550104"),
    (demo.CHOOSY_NUMBER, "", "+13055550105"),
)


class World(House):
    """All services, listening; somebody may sign in."""

    email: str
    password = PASSWORD
    url: str

    async def open(self) -> None:
        self.account_id = demo.ACCOUNT
        await super().open()
        await self.add_flows(sandbox_workers=1)
        about: dict[str, Any] = {"nats_url": self.nats_url, "database_url": self.database_url}
        rtb = await self.stack.enter_async_context(
            alive(create_rtb(settings_of(RtbSettings, **about, allow_private_addresses=True)))
        )
        self.console = await self._listening(about)
        for app in (rtb, self.console):
            await eventually(partial(is_whole, app))
        bidders = PlayedBidders(DEMO)
        await bidders.start()
        self.stack.push_async_callback(bidders.stop)
        await demo.load(self.asking, ACCOUNT_SID, bidders.url)
        self.email = await self.person(Role.OWNER)
        for dialled, script, caller in CALLS:
            await self.record(await self.call(dialled, script, caller))

    async def _listening(self, about: dict[str, Any]) -> Any:
        """The console on a port of its own."""
        settings = settings_of(
            ConsoleSettings, **about, secure_cookies=False, first_account_id=demo.ACCOUNT
        )
        app = create_console(settings)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # pytest's own
        serving = asyncio.create_task(server.serve())

        async def stop() -> None:
            server.should_exit = True
            await serving

        self.stack.push_async_callback(stop)

        async def listening() -> bool | None:
            return server.started or None

        await eventually(listening)
        port = server.servers[0].sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        return app

    async def person(self, role: Role) -> str:
        """Somebody of the account with the tests' password; give her address."""
        people = self.console.state.people

        async def account() -> Any:
            return await people.by_email("owner@example.com")

        await eventually(account)
        email = f"{uuid4().hex[:8]}@example.com"
        everything = Principal(
            account_id=demo.ACCOUNT, name="tests", role=Role.OWNER, rights=frozenset(Right)
        )
        desk = self.console.state.keeping_people
        person_id, _ = await desk.admit(everything, email, "Ann", role, may_export=False)
        kept = await desk._passwords.hashed(PASSWORD)
        await people.set_password(person_id, kept, must_change=False)
        return email


def code_of(secret: str) -> str:
    """What her authenticator app shows now."""
    return pyotp.TOTP(secret).now()
