"""A console that listens, with the owners behind it; the tests are browsers and programs.

The services are started once for a file of tests; each test has an account of its own in them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import uvicorn

from libs.contracts.calls import Fact
from libs.runtime.broker import Broker
from libs.runtime.publish import MESSAGE_ID, publish
from services.console.app import API, create
from services.console.domain.access import Principal, Right, Role, rights_of
from services.console.settings import Settings
from services.console.store.members import Standing, join
from services.console.store.people import Person, know
from services.flows.app import create as create_flows
from services.flows.settings import Settings as FlowsSettings
from services.router.app import create as create_router
from services.router.settings import Settings as RouterSettings
from services.rtb.app import create as create_rtb
from services.rtb.settings import Settings as RtbSettings
from services.tracking.app import create as create_tracking
from services.tracking.settings import Settings as TrackingSettings
from tests.kit.hosting import SECRET, TESTER, alive, eventually, is_whole, settings_of
from tests.service.console.kept import what_tracking_keeps

TRIES = 3
PLAIN: dict[str, Any] = {"timeout": 20, "verify": False}  # certificates take 50 ms to read
PASSWORD = "a password of the tests"
OWNER = "owner@example.com"
ACCOUNT_SID = "AC" + "1" * 32


class Asker:
    """Somebody at the API: a program with a key, or a browser with a session."""

    def __init__(self, http: httpx.AsyncClient, account_id: UUID | None = None) -> None:
        self.http = http
        self.account_id = account_id

    async def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.http.request(method, path, **more)

    async def get(self, path: str, **more: Any) -> Any:
        """What is there; fails where nothing is."""
        return await self._done("GET", path, **more)

    async def post(self, path: str, body: Any, **more: Any) -> Any:
        return await self._done("POST", path, json=body, **more)

    async def put(self, path: str, body: Any, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._done("PUT", path, json=body, headers=headers)

    async def delete(self, path: str, version: int | None = None) -> Any:
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self._done("DELETE", path, headers=headers)

    async def patiently(self, method: str, path: str, **more: Any) -> httpx.Response:
        """As a program does it: who is told to come again (`Retry-After`) does so."""
        for _ in range(TRIES):
            response = await self(method, path, **more)
            if response.status_code != 503:
                break
            await asyncio.sleep(float(response.headers["Retry-After"]))
        return response

    async def _done(self, method: str, path: str, **more: Any) -> Any:
        response = await self.patiently(method, path, **more)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None


class Stage:
    """One test's world: running services, and the owner of an account in them."""

    _password_as_kept = ""  # hashing is slow for good reason, and once is enough

    def __init__(self, nats_url: str, database_url: str, stack: AsyncExitStack) -> None:
        self.nats_url = nats_url
        self.database_url = database_url
        self.stack = stack
        self.owners = AsyncExitStack()
        self.url = ""

    async def open(self) -> None:
        self.stack.push_async_callback(self.owners.aclose)
        about: dict[str, Any] = {"nats_url": self.nats_url, "database_url": self.database_url}
        router = await self.owners.enter_async_context(
            alive(create_router(settings_of(RouterSettings, **about)))
        )
        self.tracking = await self.stack.enter_async_context(
            alive(
                create_tracking(
                    settings_of(TrackingSettings, **about, allow_private_addresses=True)
                )
            )
        )
        self.rtb = await self.owners.enter_async_context(
            alive(create_rtb(settings_of(RtbSettings, **about, allow_private_addresses=True)))
        )
        self.app = await self.console()
        await eventually(partial(is_whole, router))
        await eventually(partial(is_whole, self.rtb))
        self.owner = await self.program(Role.OWNER, await self._first_account())

    async def open_alone(self, **more: Any) -> None:
        """Start the console, and none of the services that it asks."""
        self.app = await self.console(**more)
        self.owner = await self.program(Role.OWNER, await self._first_account())

    @asynccontextmanager
    async def for_one_test(self) -> AsyncIterator["Stage"]:
        """The same services with another account, whose numbers are free again at the end."""
        async with AsyncExitStack() as stack:
            stage = copy(self)
            stage.stack = stack
            stage.owner = await stage.program(Role.OWNER, await stage.another_account("My company"))
            yield stage
        await self._take_back()

    async def _take_back(self) -> None:
        """Free what only one account can have, since a later test wants the same."""
        both = (("numbers", "number", "id"), ("carriers", "carrier", "account_sid"))
        for kind, table, key in both:
            with psycopg.connect(self.database_url.replace("+psycopg", "")) as sql:
                kept = sql.execute(
                    f"SELECT account_id, document->>'{key}', version FROM router.{table}"
                    " WHERE NOT retired"
                ).fetchall()
            for account_id, name, version in kept:
                owner = await self.program(Role.OWNER, account_id)
                await owner.delete(f"{kind}/{name}", version)

    async def add_flows(self) -> None:
        """Start flows, which few tests need."""
        about: dict[str, Any] = {"nats_url": self.nats_url, "database_url": self.database_url}
        settings = settings_of(
            FlowsSettings, **about, allow_private_addresses=True, sandbox_workers=2
        )
        flows = await self.owners.enter_async_context(alive(create_flows(settings)))
        await eventually(partial(is_whole, flows))

    async def console(self, **more: Any) -> Any:
        """Start a console and listen; give its app."""
        settings = Settings(
            **{
                "nats_url": self.nats_url,
                "database_url": self.database_url,
                "secure_cookies": False,
                "password_memory_mib": 19,  # the least: a test hashes often
                "first_owner": OWNER,
                "session_secret": SECRET,
                **more,
            },
        )
        app = create(settings)
        server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
        )
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
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
        await eventually(partial(is_whole, app))
        return app

    async def _first_account(self) -> UUID:
        people = self.app.state.people

        async def found() -> UUID | None:
            person = await people.by_email(OWNER)
            accounts = await people.accounts_of(person.person_id) if person else []
            return accounts[0][0] if accounts else None

        return await eventually(found)

    async def another_account(self, name: str = "Another company") -> UUID:
        """An account of somebody else."""
        account_id = uuid4()
        owner = await self._somebody(f"{uuid4().hex}@example.com")
        now = self.app.state.clock.now()
        await self.app.state.accounts.found(account_id, name, owner, TESTER, now)
        return account_id

    async def _somebody(self, email: str) -> Person:
        """Whoever signs in with the tests' password."""
        if not self._password_as_kept:
            passwords = self.app.state.keeping_people._passwords
            Stage._password_as_kept = await passwords.hashed(PASSWORD)
        return Person(uuid4(), email, "Ann", self._password_as_kept, must_change=False)

    async def program(self, role: Role, account_id: UUID, **more: Any) -> Asker:
        """A program with a key of its own."""
        everything = Principal(
            account_id=account_id,  # type: ignore[arg-type]
            name="tests",
            role=Role.OWNER,
            rights=frozenset(Right),
        )
        rights = more.get("rights", rights_of(role, may_export=False))
        _, key = await self.app.state.keeping_people.make_key(
            everything, "tests", role, rights, more.get("expires_at"), more.get("party_id")
        )
        return Asker(self.client({"Authorization": f"Bearer {key}"}), account_id)

    async def tell(self, *facts: Fact) -> None:
        """Publish facts as the ingress and the router do, and wait until the last is kept."""
        broker = Broker(self.nats_url, "ingress")
        broker.open()

        async def connected() -> bool | None:
            return broker.connected or None

        await eventually(connected)
        for fact in facts:
            payload = fact.model_dump_json().encode()
            await publish(broker, fact.subject, payload, {MESSAGE_ID: fact.key}, within_seconds=5)
        await broker.close()
        await eventually(partial(self._has_kept, facts[-1]))

    async def _has_kept(self, fact: Fact) -> bool | None:
        answer = await self.owner("GET", f"calls/{fact.call_id}")
        timeline = answer.json()["timeline"] if answer.is_success else ()
        kept = any(
            (one["subject"], one["sequence"]) == (fact.subject, fact.sequence) for one in timeline
        )
        return kept or None

    def client(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """Somebody who connects."""
        http = httpx.AsyncClient(base_url=f"{self.url}{API}/", headers=headers, **PLAIN)
        self.stack.push_async_callback(http.aclose)
        return http

    async def person(self, role: Role = Role.OWNER, account_id: UUID | None = None) -> str:
        """Somebody with a password; give her address."""
        email = f"{uuid4().hex}@example.com"
        person = await self._somebody(email)
        whose, now = account_id or self.owner.account_id, self.app.state.clock.now()
        async with self.app.state.members._database.transaction() as connection:
            await know(connection, person, now)
            await join(connection, whose, person, Standing(role), TESTER, now)  # type: ignore[arg-type]
        return email

    async def browser(self, role: Role = Role.OWNER) -> Asker:
        """Somebody who has signed in."""
        http = self.client()
        signed_in = await http.post(
            "session", json={"email": await self.person(role), "password": PASSWORD}
        )
        assert signed_in.status_code == 201, signed_in.text
        http.headers["X-CSRF-Token"] = signed_in.json()["csrf_token"]
        return Asker(http, UUID(signed_in.json()["account_id"]))


async def joined(stage: Stage, invited: dict[str, Any], name: str = "Bob") -> Asker:
    """Accept an invitation as somebody new, and sign in."""
    body = {"link": invited["link"].rpartition(".")[2], "name": name, "new_password": PASSWORD}
    http = stage.client()
    accepted = await http.post("invitations/acceptance", json=body)
    assert accepted.status_code == 201, accepted.text
    given = {"email": accepted.json()["email"], "password": PASSWORD}
    signed_in = await http.post("session", json=given)
    http.headers["X-CSRF-Token"] = signed_in.json()["csrf_token"]
    return Asker(http, UUID(signed_in.json()["account_id"]))


@asynccontextmanager
async def running_stage(nats_url: str, database_url: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        stage = Stage(nats_url, database_url, stack)
        await stage.open()
        yield stage


@asynccontextmanager
async def lone_console(nats_url: str, database_url: str, **more: Any) -> AsyncIterator[Stage]:
    """A console with these settings, for what is the console's own."""
    async with AsyncExitStack() as stack:
        stage = Stage(nats_url, database_url, stack)
        await stage.open_alone(**more)
        yield stage


async def a_routed_campaign(asker: Asker, number: str, mark: str = "ours") -> dict[str, Any]:
    """Everything that a call needs, made by the API; documents by kind, with their versions."""
    buyer = await asker.post("buyers", {"name": f"{mark} buyer"})
    target = await asker.post(
        "targets",
        {
            "name": f"{mark} desk",
            "buyer_id": buyer["document"]["id"],
            "destination": {"kind": "phone", "number": "+15550100001"},
        },
    )
    target_id = target["document"]["id"]
    members = [{"target_id": target_id}]
    group = await asker.post("groups", {"name": f"{mark} group", "members": members})
    bidder = await asker.post(
        "rtb-targets",
        {
            "name": f"{mark} bidder",
            "company": f"{mark} company",
            "endpoint": "https://bids.example.com/ping",
        },
    )
    ring = await asker.post(
        "rtb-routers",
        {"name": f"{mark} ring", "members": [{"target_id": bidder["document"]["id"]}]},
    )
    draft = await asker.post(
        "campaigns",
        {
            "name": f"{mark} campaign",
            "assignments": [
                {"target_id": target_id, "priority": 1},
                {"rtb_router_id": ring["document"]["id"], "priority": 2},
            ],
            "rtb_enabled": True,
        },
    )
    campaign_id = draft["document"]["id"]
    pool = await asker.post("pools", {"name": f"{mark} pool", "campaign_id": campaign_id})
    line = await asker.post(
        "numbers",
        {"number": number, "account_sid": ACCOUNT_SID, "pool_id": pool["document"]["id"]},
    )
    campaign = await asker.put(
        f"campaigns/{campaign_id}", {**draft["document"], "status": "active"}, draft["version"]
    )
    named = {"name": f"{mark} publisher"}
    rules = await asker.post("ping-rules", {"id": campaign_id, "publishers": [named]})
    return {
        "buyers": buyer,
        "targets": target,
        "groups": group,
        "campaigns": campaign,
        "pools": pool,
        "numbers": line,
        "rtb-targets": bidder,
        "rtb-routers": ring,
        "ping-rules": rules,
        **await what_tracking_keeps(asker.post, mark, campaign_id, pool["document"]["id"]),
    }
