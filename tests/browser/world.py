"""The real services in one process, with the demo's account and calls that were played in it."""

import asyncio
import contextlib
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import pyotp
import uvicorn

from deploy.local import demo
from deploy.local.bidders import DEMO, PlayedBidders
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.script import parse_script
from libs.contracts.ids import AccountId
from services.console.app import create as create_console
from services.console.domain.access import Role
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
from tests.kit.played_rest import played_rest

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
    # whoever is drawn by weight, the desk that pays per sale takes it
    (demo.CHOOSY_NUMBER, "+15550100014=busy", "+13055550105"),
)


class World(House):
    """All services, listening; somebody may sign in."""

    email: str
    password = PASSWORD
    url: str

    async def open(self) -> None:
        await self.open_services()
        with contextlib.redirect_stdout(io.StringIO()) as told:
            await self.open_console()
            self.email = await self._first_owner(told)
        bidders = PlayedBidders(DEMO)
        await bidders.start()
        self.stack.push_async_callback(bidders.stop)
        await demo.load(self.asking, ACCOUNT_SID, bidders.url)
        for dialled, script, caller in CALLS:
            await self.record(await self.call(dialled, script, caller))

    async def open_services(self) -> None:
        """All but the console, and a carrier whose API answers."""
        self.account_id = demo.ACCOUNT
        webhooks = httpx.ASGITransport(app=self._webhook)
        played = await self.stack.enter_async_context(
            played_rest(ACCOUNT_SID, AUTH_TOKEN, webhooks)
        )
        self.carrier_api = played.url
        await super().open()
        self.carrier = played.carrier  # its calls can be turned by the carrier's API
        await self.add_flows(sandbox_workers=1)
        rtb = await self.stack.enter_async_context(
            alive(create_rtb(settings_of(RtbSettings, **self._about, allow_private_addresses=True)))
        )
        await eventually(partial(is_whole, rtb))

    async def open_console(self) -> None:
        """The console, at an address."""
        self.console, self.url = await self.stack.enter_async_context(self.listening_console())
        await eventually(partial(is_whole, self.console))

    @property
    def _about(self) -> dict[str, Any]:
        return {"nats_url": self.nats_url, "database_url": self.database_url}

    async def _webhook(self, *connection: Any) -> None:
        await self.ingress(*connection)

    @asynccontextmanager
    async def live_call(self, dialled: str, script: str, caller: str) -> AsyncIterator[None]:
        """A call that is on the line, and connected, until it is hung up or the block ends."""
        clock = self.carrier.clock
        number = NumberConfig(
            voice_url=f"{BASE_URL}/api/webhooks/voice",
            fallback_url=f"{BASE_URL}/api/webhooks/fallback",
            status_url=f"{BASE_URL}/api/webhooks/status",
        )
        calling = self.carrier.call(number, caller, dialled, parse_script(script))
        with clock.attend():
            task = asyncio.create_task(calling)
            await clock.alarm(clock.seconds() + 30)
            yield
        await task

    @asynccontextmanager
    async def listening_console(self, **more: Any) -> AsyncIterator[tuple[Any, str]]:
        """A console on a port of its own, set up so; give it with its address."""
        settings = settings_of(
            ConsoleSettings,
            **self._about,
            secure_cookies=False,
            first_account_id=demo.ACCOUNT,
            **more,
        )
        app = create_console(settings)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined] # pytest's own
        serving = asyncio.create_task(server.serve())

        async def listening() -> bool | None:
            return server.started or None

        await eventually(listening)
        try:
            yield app, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving

    async def _first_owner(self, told: io.StringIO) -> str:
        """Whom the console makes at its first start, with a password of her own; her address."""

        async def made() -> re.Match[str] | None:
            return re.search(r"First owner: (\S+) .*password: (\S+)", told.getvalue())

        email, given = (await eventually(made)).groups()
        async with self.asker() as http:
            await be_signed_in(http, email, given)
            change = {"password": given, "new_password": PASSWORD}
            changed = await http.put("/session/password", json=change)
        assert changed.is_success, changed.text
        return email

    async def person(
        self, role: Role, account_id: AccountId = demo.ACCOUNT, party: str | None = None
    ) -> str:
        """Somebody who was invited to an account and has come; give her address."""
        email = f"{uuid4().hex[:8]}@example.com"
        async with self.asker() as http:
            await be_signed_in(http, self.email, PASSWORD, account_id)
            wanted = {"email": email, "role": role, **({"party_id": party} if party else {})}
            invited = await http.post("/invitations", json=wanted)
            assert invited.is_success, invited.text
            link = invited.json()["link"].rpartition(".")[2]
            body = {"link": link, "name": "Ann", "new_password": PASSWORD}
            accepted = await http.post("/invitations/acceptance", json=body)
        assert accepted.is_success, accepted.text
        return email

    def asker(self) -> httpx.AsyncClient:
        """Somebody at the API."""
        return httpx.AsyncClient(base_url=f"{self.url}/api/v1", timeout=20)

    async def new_account(self) -> "Account":
        """An account of its own, by the API, and its owner."""
        async with self.asker() as http:
            await be_signed_in(http, self.email, PASSWORD)
            made = await http.post("/accounts", json={"name": f"Company {uuid4().hex[:4]}"})
        assert made.is_success, made.text
        account_id = AccountId(UUID(made.json()["account_id"]))
        return Account(self, account_id, await self.person(Role.OWNER, account_id))


@dataclass
class Account:
    """An account that one test has for itself."""

    world: World
    account_id: AccountId
    email: str

    async def has_a_campaign(self, number: str, name: str) -> None:
        """One buyer with one desk takes the calls of a number."""
        async with self.world.asker() as http:
            await be_signed_in(http, self.email, PASSWORD)

            async def made(noun: str, document: dict[str, Any]) -> Any:
                answer = await http.post(f"/{noun}", json=document)
                assert answer.is_success, answer.text
                return answer.json()

            buyer = await made("buyers", {"name": "Gutter company"})
            desk = {"kind": "phone", "number": "+15550100041"}
            of = {"buyer_id": buyer["document"]["id"], "name": "Gutter desk"}
            target = await made("targets", {**of, "destination": desk})
            plan = [{"target_id": target["document"]["id"]}]
            draft = await made("campaigns", {"name": name, "assignments": plan})
            campaign = draft["document"]
            line = {"number": number, "account_sid": ACCOUNT_SID, "campaign_id": campaign["id"]}
            await made("numbers", line)
            active = await http.put(
                f"/campaigns/{campaign['id']}",
                json={**campaign, "status": "active"},
                headers={"If-Match": str(draft["version"])},
            )
            assert active.is_success, active.text


async def be_signed_in(
    http: httpx.AsyncClient, email: str, password: str, account_id: UUID | None = None
) -> None:
    """Sign in; what follows changes things too.  No account named: the first of hers by name."""
    given = {"email": email, "password": password}
    named = {} if account_id is None else {"account_id": str(account_id)}
    answer = await http.post("/session", json={**given, **named})
    assert answer.is_success, answer.text
    http.headers["X-CSRF-Token"] = answer.json()["csrf_token"]


async def changed(http: httpx.AsyncClient, path: str, **more: Any) -> Any:
    """Some of a document otherwise, on the version that is there."""
    row = (await http.get(path)).json()
    answer = await http.put(
        path, json={**row["document"], **more}, headers={"If-Match": f'"{row["version"]}"'}
    )
    assert answer.is_success, answer.text
    return answer.json()


def code_of(secret: str) -> str:
    """What her authenticator app shows now."""
    return pyotp.TOTP(secret).now()
