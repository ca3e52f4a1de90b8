"""Any part is killed while people call: they hear something sensible, and nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

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
NUMBER = "+18005550100"
CAPPED, ALSO_CAPPED, FREE = "+15550100001", "+15550100002", "+15550100003"
CAPS = {CAPPED: 2, ALSO_CAPPED: 3}
SCRIPT = "*=answer:1,talk:8,callee-hangs-up"
SETTLED_WITHIN_SECONDS = 40.0  # a hold of which no fact came is asked about after a while
CALLS_AROUND = 12  # before, during and after: enough that all callers have met the crash


@dataclass
class Town:
    """The running product and those who call it."""

    processes: Processes
    routers: list[Process]
    tracking: Process
    ingress: Process
    observer: Observer
    callers: Callers
    ask: Ask
    account_id: AccountId

    async def question(self, question: Question) -> object:
        return await eventually(lambda: self.ask(question, Deadline.within(5_000)))

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
        line = Number(id=uuid4(), number=NUMBER, account_sid=ACCOUNT_SID, campaign_id=campaign.id)
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
        with psycopg.connect(self.processes.postgres.url) as connection:
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
async def town(
    folder: Path,
    routers: int = 1,
    kind: type[Processes] = Processes,
    wire: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Town]:
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
        base = ingress.environment["INGRESS_PUBLIC_BASE_URL"] = ingress.url
        started = [*names, tracking, ingress]
        for process in started:
            process.start()
        await asyncio.gather(*(process.ready() for process in started))
        observer = Observer(wire)
        carrier = await stack.enter_async_context(carrier_of(ACCOUNT_SID, TOKEN, observer))
        callers = Callers(carrier, NUMBER, f"{base}/api/webhooks", SCRIPT)
        ask = await processes.ask()
        account_id = AccountId(uuid4())
        running = Town(processes, names, tracking, ingress, observer, callers, ask, account_id)
        await running.configure()
        plans = folder / "ingress" / "plans.json"
        await eventually(lambda: known(plans))
        yield running


async def known(plans: Path) -> bool | None:
    """Whether an ingress could answer alone."""
    return True if plans.exists() and FREE in plans.read_text() else None


@pytest.mark.parametrize("victim", ["router", "tracking"])
async def test_a_service_is_killed(tmp_path: Path, victim: str) -> None:
    async with town(tmp_path) as running:
        process = running.routers[0] if victim == "router" else running.tracking
        running.callers.start()
        await running.callers.more(CALLS_AROUND)
        await asyncio.to_thread(process.kill)
        await running.callers.more(CALLS_AROUND)
        process.start()
        await process.ready()
        await running.callers.more(CALLS_AROUND)
        await running.all_is_well()


@pytest.mark.parametrize("victim", ["nats", "postgres"])
async def test_a_server_is_killed(tmp_path: Path, victim: str) -> None:
    async with town(tmp_path) as running:
        server = running.processes.nats if victim == "nats" else running.processes.postgres
        running.callers.start()
        await running.callers.more(CALLS_AROUND)
        await asyncio.to_thread(server.kill)
        await running.callers.more(CALLS_AROUND)
        await asyncio.to_thread(server.start)
        await running.callers.more(CALLS_AROUND)
        await running.all_is_well()


async def test_one_of_two_routers_is_killed(tmp_path: Path) -> None:
    async with town(tmp_path, routers=2) as running:
        running.callers.start()
        await running.callers.more(CALLS_AROUND)
        await asyncio.to_thread(running.routers[0].kill)
        await running.callers.more(CALLS_AROUND)
        await running.all_is_well()


async def test_an_ingress_that_starts_while_nats_is_down_knows_its_plans(tmp_path: Path) -> None:
    async with town(tmp_path) as running:
        await asyncio.to_thread(running.ingress.kill)
        await asyncio.to_thread(running.processes.nats.kill)
        running.ingress.start()
        await running.ingress.ready(whole=False)
        running.callers.start()
        await running.callers.more(1)
        await asyncio.to_thread(running.processes.nats.start)
        reports = list(running.callers.reports)
        await running.all_is_well()
    assert {leg.destination for report in reports[:1] for leg in report.legs} == {FREE}
