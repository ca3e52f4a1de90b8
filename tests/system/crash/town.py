"""The running product, and accounts of it whose callers are watched while parts are killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from libs.contracts.bulk import AccountConfiguration, ImportConfiguration
from libs.contracts.caps import Caps
from libs.contracts.configuration import Assignment, Buyer, Campaign, CampaignStatus, Number, Target
from libs.contracts.editing import Actor
from libs.contracts.ids import AccountId, call_id_of
from libs.contracts.message import Question
from libs.contracts.phone import PhoneDestination
from libs.contracts.tracking import CallRecord, Calls, ListCalls
from libs.runtime.ask import Ask
from libs.runtime.deadline import Deadline
from tests.kit.hosting import eventually
from tests.kit.processes import Process, Processes
from tests.system.crash.watcher import WEBHOOK_SECONDS_MAX, Callers, Observer, carrier_of

ACCOUNT_SID, TOKEN = "AC" + "2" * 32, "a token of the crash tests"
NUMBERS = (f"+18005550{at}" for at in count(100))  # one for each account
CAPPED, ALSO_CAPPED, FREE = "+15550100001", "+15550100002", "+15550100003"
CAPS = {CAPPED: 2, ALSO_CAPPED: 3}
SCRIPT = "*=answer:1,talk:8,callee-hangs-up"
SETTLED_WITHIN_SECONDS = 40.0  # a hold of which no fact came is asked about after a while
CALLS_AROUND = 12  # before, during and after: enough that all callers have met the crash


@dataclass
class Product:
    """The running processes."""

    processes: Processes
    routers: list[Process]
    tracking: Process
    ingress: Process
    ask: Ask

    @property
    def plans(self) -> Path:
        """What the ingress can answer alone."""
        return self.processes.folder / "ingress" / "plans.json"


@dataclass
class Town:
    """An account of the running product, and those who call it."""

    product: Product
    observer: Observer
    callers: Callers
    account_id: AccountId
    number: str

    async def question(self, question: Question) -> object:
        return await eventually(lambda: self.product.ask(question, Deadline.within(5_000)))

    async def configure(self) -> None:
        """Two capped targets, then one that needs no hold."""
        about = {"account_id": self.account_id, "actor": Actor(name="tester")}
        buyer = Buyer(id=uuid4(), name="Acme")
        targets = [
            Target(
                id=uuid4(),
                buyer_id=buyer.id,
                name=number,
                destination=PhoneDestination(number=number),
                caps=Caps(concurrency=CAPS.get(number)),
                dial_without_hold=number == FREE,
            )
            for number in (CAPPED, ALSO_CAPPED, FREE)
        ]
        campaign = Campaign(
            id=uuid4(),
            name="Roofing",
            status=CampaignStatus.ACTIVE,
            assignments=tuple(
                Assignment(target_id=target.id, priority=at) for at, target in enumerate(targets)
            ),
        )
        line = Number(
            id=uuid4(), number=self.number, account_sid=ACCOUNT_SID, campaign_id=campaign.id
        )
        configuration = AccountConfiguration(
            buyers=(buyer,), targets=tuple(targets), campaigns=(campaign,), numbers=(line,)
        )
        await self.question(ImportConfiguration(**about, configuration=configuration))

    async def records(self) -> dict[str, CallRecord]:
        """Every call of the log, by our name of it."""
        found: dict[str, CallRecord] = {}
        cursor = None
        while True:
            page = await self.question(
                ListCalls(account_id=self.account_id, cursor=cursor, limit=200)
            )
            assert isinstance(page, Calls)
            found |= {str(call.call_id): call for call in page.calls}
            cursor = page.cursor
            if cursor is None:
                return found

    def held(self) -> int:
        """Places that are taken now."""
        with psycopg.connect(self.product.processes.postgres.url) as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM router.hold) + (SELECT sum(live) FROM router.counter)"
            ).fetchone()
        assert row is not None
        return int(row[0])

    async def all_is_well(self) -> None:
        """What must hold once the callers have gone home, whatever was killed meanwhile."""
        reports = await self.callers.stop()
        for report in reports:
            assert report.errors == (), report.summary
            assert {step.status for step in report.steps} == {200}
            slowest = max(step.latency_ms for step in report.steps) / 1_000
            assert slowest < WEBHOOK_SECONDS_MAX
        for destination, cap in CAPS.items():
            assert self.observer.most[destination] <= cap
        expected = {str(call_id_of(ACCOUNT_SID, report.call_sid)) for report in reports}
        give_up_at = time.monotonic() + SETTLED_WITHIN_SECONDS
        while True:
            ended = {key for key, call in (await self.records()).items() if call.ended_at}
            held = await asyncio.to_thread(self.held)
            if expected <= ended and held == 0:
                return
            missing = len(expected - ended)
            assert time.monotonic() < give_up_at, f"{missing} calls missing, {held} places held"
            await asyncio.sleep(0.2)


@asynccontextmanager
async def product_running(
    folder: Path, routers: int = 1, kind: type[Processes] = Processes
) -> AsyncIterator[Product]:
    """The product, on servers of its own."""
    settings = {
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:1",  # nobody is asked
        "SESSION_SECRET": "a secret of the crash tests",
    }
    async with AsyncExitStack() as stack:
        processes = kind(folder, settings, stack)
        await processes.open()
        names = [processes.service("router", str(at)) for at in range(routers)]
        tracking, ingress = processes.service("tracking"), processes.service("ingress")
        ingress.environment["INGRESS_PUBLIC_BASE_URL"] = ingress.url
        started = [*names, tracking, ingress]
        for process in started:
            process.start()
        await asyncio.gather(*(process.ready() for process in started))
        yield Product(processes, names, tracking, ingress, await processes.ask())


@asynccontextmanager
async def town_in(
    product: Product, wire: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Town]:
    """A new account with a number of its own, of which the ingress knows."""
    observer, number = Observer(wire), next(NUMBERS)
    async with carrier_of(ACCOUNT_SID, TOKEN, observer) as carrier:
        callers = Callers(carrier, number, f"{product.ingress.url}/api/webhooks", SCRIPT)
        town = Town(product, observer, callers, AccountId(uuid4()), number)
        await town.configure()
        await eventually(lambda: known(product.plans, number))
        yield town


async def known(plans: Path, number: str) -> bool | None:
    """Whether an ingress could answer alone."""
    return True if plans.exists() and number in plans.read_text() else None
