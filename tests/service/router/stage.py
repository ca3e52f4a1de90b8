"""A router on a real NATS and a real PostgreSQL; the test is the console, ingress and carrier."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest
from nats.aio.msg import Msg

from libs.contracts.bulk import AccountConfiguration, ImportConfiguration, Imported
from libs.contracts.calls import CallEnded, CallFellBack, CallStatus, Fact, LegAnswered, LegEnded
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.configuration import (
    Assignment,
    Buyer,
    Campaign,
    CampaignStatus,
    Group,
    Member,
    Number,
    Pool,
    Target,
)
from libs.contracts.editing import Edit, ListConfiguration, Noun, Page, Saved
from libs.contracts.explaining import ExplainCall, ExplainedStep, Explanation, ReplayDecision
from libs.contracts.ids import AccountId, CallId, call_id_of
from libs.contracts.message import Document, Question, Refusal
from libs.contracts.phone import Caller, CallerKind, PhoneDestination
from libs.contracts.routing import AdmitCall, CallRouted, Close, ContinueCall, DialNext
from libs.runtime.ask import Ask, Refused
from libs.runtime.broker import Broker
from libs.runtime.clock import Clock
from libs.runtime.database import Database
from libs.runtime.deadline import Deadline
from libs.runtime.outbox import Outbox
from libs.runtime.publish import MESSAGE_ID, publish
from services.router import tables
from services.router.app import create
from services.router.desk.auctions import AuctionHouse
from services.router.desk.explaining import ExplainingDesk
from services.router.desk.holds import HoldsDesk
from services.router.desk.lookups import Lookups
from services.router.desk.routing import RoutingDesk
from services.router.desk.visits import VisitLookup
from services.router.memory import Memory
from services.router.publishers import PublisherBook
from services.router.settings import Settings
from services.router.store.agent_calls import AgentCalls
from services.router.store.claims import Claims
from services.router.store.configuration import Configuration
from services.router.store.decisions import Decisions
from services.router.store.history import History
from services.router.store.holds import Holds
from services.router.store.publishers import Publishers
from services.router.store.quotes import Quotes
from tests.kit.facts import NOON
from tests.kit.hosting import (
    ACCOUNT_SID,
    TESTER,
    alive,
    eventually,
    is_whole,
    knows,
    settings_of,
)

NUMBER = "+18005550100"
CLOSING = "Nobody is free. Please call again."
CALLER = Caller(kind=CallerKind.NUMBER, text="+12125550100")
ASK_MS = 10_000  # generous: a shared machine

SAVES: Mapping[type[Document], type[Edit]] = {
    kind.model_fields["document"].annotation: kind  # type: ignore[misc] # a document's class
    for kind in CATALOGUE.values()
    if kind.subject.startswith("ask.router.save_")
}


def a_buyer(**more: Any) -> Buyer:
    return Buyer(**{"id": uuid4(), "name": "Acme", **more})


def a_target(buyer: Buyer, phone: str = "+15550100001", **more: Any) -> Target:
    given = {"id": uuid4(), "buyer_id": buyer.id, "name": f"desk {phone[-1]}"}
    return Target.model_validate(
        {**given, "destination": PhoneDestination(number=phone), "ring_seconds": 20, **more}
    )


def a_campaign(*targets: Target, **more: Any) -> Campaign:
    """Active; targets in the order of their priority."""
    assignments = tuple(
        Assignment(target_id=target.id, priority=priority)
        for priority, target in enumerate(targets, 1)
    )
    given = {"id": uuid4(), "name": "Roofing", "status": CampaignStatus.ACTIVE}
    return Campaign.model_validate(
        {**given, "assignments": assignments, "closing_message": CLOSING, **more}
    )


def a_draft(*targets: Target, **more: Any) -> Campaign:
    """A campaign that nothing needs to lead to yet."""
    return a_campaign(*targets, **{"status": CampaignStatus.DRAFT, **more})


def a_group(*targets: Target, **more: Any) -> Group:
    members = tuple(Member(target_id=target.id) for target in targets)
    return Group(**{"id": uuid4(), "name": "Day shift", "members": members, **more})


def a_number(number: str = NUMBER, **more: Any) -> Number:
    return Number(**{"id": uuid4(), "number": number, "account_sid": ACCOUNT_SID, **more})


def a_pool(**more: Any) -> Pool:
    return Pool(**{"id": uuid4(), "name": "visitors", **more})


@dataclass(frozen=True)
class Call:
    """One call as the ingress tells of it."""

    dialled: str = NUMBER
    caller: Caller = CALLER
    account_sid: str = ACCOUNT_SID
    call_sid: str = field(default_factory=lambda: f"CA{uuid4().hex}")

    @property
    def call_id(self) -> CallId:
        return call_id_of(self.account_sid, self.call_sid)

    def admit(self, **more: Any) -> AdmitCall:
        return AdmitCall(
            call_id=self.call_id,
            account_sid=self.account_sid,
            call_sid=self.call_sid,
            caller=self.caller,
            dialled=self.dialled,
            **more,
        )

    def leg_ended(
        self, dialled: DialNext, status: CallStatus = CallStatus.BUSY, **more: Any
    ) -> LegEnded:
        return LegEnded(**self._fact(dialled.account_id, dialled.step), status=status, **more)

    def go_on(
        self, dialled: DialNext, status: CallStatus = CallStatus.BUSY, **more: Any
    ) -> ContinueCall:
        return ContinueCall(ended=self.leg_ended(dialled, status, **more))

    def answered(self, dialled: DialNext) -> LegAnswered:
        return LegAnswered(**self._fact(dialled.account_id, dialled.step), leg_sid="CL1")

    def fell_back(self, step: int = 0) -> CallFellBack:
        return CallFellBack(**self._fact(None, step), reason="no answer in time")

    def ended(self) -> CallEnded:
        return CallEnded(**self._fact(None, 0), status=CallStatus.COMPLETED)

    def _fact(self, account_id: AccountId | None, step: int) -> dict[str, Any]:
        moment = {"at": NOON, "seen_at": NOON}
        return {"call_id": self.call_id, "account_id": account_id, "step": step, **moment}


class Stage:
    """One test's world: routers on one database, and an account that configures them."""

    def __init__(self, nats_url: str, database_url: str, stack: AsyncExitStack) -> None:
        self.nats_url = nats_url
        self.database_url = database_url
        self.account_id = AccountId(uuid4())
        self.other_account = AccountId(uuid4())
        self.events: list[Msg] = []
        self.routers: list[Any] = []
        self.broker = Broker(nats_url, "console")
        self.asking = Ask(self.broker)
        self.stack = stack
        self._routers = AsyncExitStack()

    async def open(self) -> None:
        self.broker.open()
        self.stack.push_async_callback(self.broker.close)
        self.sql = await psycopg.AsyncConnection.connect(self.database_url, autocommit=True)
        self.stack.push_async_callback(self.sql.close)
        self.database = Database(self.database_url, "tests")
        await self.database.open()
        self.stack.push_async_callback(self.database.close)
        self.stack.push_async_callback(self.stop_routers)
        await self.add_router()
        await eventually(self._connected)
        await self.broker.client.subscribe("event.>", cb=self._hear)

    async def _connected(self) -> bool | None:
        return self.broker.connected or None

    async def _hear(self, message: Msg) -> None:
        self.events.append(message)

    async def add_router(self, **more: Any) -> Any:
        """Start one more; it answers once this returns."""
        more |= {"nats_url": self.nats_url, "database_url": self.database_url}
        app = await self._routers.enter_async_context(alive(create(settings_of(Settings, **more))))
        await eventually(partial(is_whole, app))
        self.routers.append(app)
        return app

    async def stop_routers(self) -> None:
        """What they do by themselves would disturb; what they keep stays."""
        await self._routers.aclose()
        self.routers.clear()

    async def ask(self, question: Question) -> Any:
        return await self.asking(question, Deadline.within(ASK_MS))

    async def refusal(self, question: Question) -> Refusal:
        """The no to a question, which a yes fails."""
        with pytest.raises(Refused) as no:
            await self.ask(question)
        refused: Refusal = no.value.refusal
        return refused

    async def ask_raw(self, subject: str, body: bytes) -> Any:
        """Ask what no honest asker could write."""
        kind = CATALOGUE[subject]
        assert issubclass(kind, Question)
        reply = await self.broker.client.request(subject, body, timeout=ASK_MS / 1_000)
        return kind.answers.validate_json(reply.data)

    async def explained(
        self, call: Call, account_id: AccountId | None = None
    ) -> tuple[ExplainedStep, ...]:
        question = ExplainCall(account_id=account_id or self.account_id, call_id=call.call_id)
        explanation: Explanation = await self.ask(question)
        return explanation.steps

    # Configuring

    def edit(self, document: Document, *, version: int | None = None, **more: Any) -> Edit:
        about = {"account_id": self.account_id, "actor": TESTER, "expected_version": version}
        return SAVES[type(document)](**{**about, "document": document, **more})

    async def save(self, document: Document, *, version: int | None = None, **more: Any) -> int:
        """Save as the account's operator; give the version, known to every router."""
        saved: Saved = await self.ask(self.edit(document, version=version, **more))
        await self._until_known(saved.version)
        return saved.version

    async def buyer(self, **more: Any) -> Buyer:
        buyer = a_buyer(**more)
        await self.save(buyer)
        return buyer

    async def target(self, buyer: Buyer, phone: str = "+15550100001", **more: Any) -> Target:
        target = a_target(buyer, phone, **more)
        await self.save(target)
        return target

    async def campaign(self, *targets: Target, number: str = NUMBER, **more: Any) -> Campaign:
        """A campaign with its number."""
        campaign = a_campaign(*targets, **more)
        await self.bring_in(campaign, a_number(number, campaign_id=campaign.id))
        return campaign

    async def bring_in(self, *documents: Document, **more: Any) -> Imported:
        """Save many at once; known to every router."""
        lists: dict[str, Any] = defaultdict(list)
        for document in documents:
            lists[f"{type(document).__name__.lower()}s"].append(document)
        question = ImportConfiguration(
            **{
                "account_id": self.account_id,
                "actor": TESTER,
                "configuration": AccountConfiguration.model_validate(lists),
                **more,
            }
        )
        imported: Imported = await self.ask(question)
        await self._until_known(imported.version)
        return imported

    async def _until_known(self, version: int) -> None:
        if len(self.routers) > 1:  # the one that answered knows it already
            for router in self.routers:
                await eventually(partial(knows, router, version))

    async def page(self, noun: Noun, account_id: AccountId | None = None, **more: Any) -> Page:
        question = ListConfiguration(account_id=account_id or self.account_id, noun=noun, **more)
        page: Page = await self.ask(question)
        return page

    # Telling and looking

    async def tell(self, *facts: Fact) -> None:
        """Publish facts as the ingress does; the same fact twice is told twice."""
        for fact in facts:
            headers = {MESSAGE_ID: uuid4().hex}
            await publish(self.broker, fact.subject, fact.model_dump_json().encode(), headers, 10)

    async def heard(self, subject: str, count: int) -> list[dict[str, Any]]:
        """What was said on a subject, once there is so much of it."""

        async def look() -> list[dict[str, Any]] | None:
            said = [orjson.loads(one.data) for one in self.events if one.subject == subject]
            return said if len(said) >= count else None

        return await eventually(look)

    async def routed(self, call: Call) -> dict[str, Any]:
        """The fact of a call's only decision."""

        async def look() -> dict[str, Any] | None:
            said = await self.heard(CallRouted.subject, 1)
            return next((one for one in said if one["call_id"] == str(call.call_id)), None)

        return await eventually(look)

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        return await (await self.sql.execute(statement, values)).fetchall()

    async def change(self, statement: str, *values: Any) -> None:
        """Make something so that would take hours, or must never be."""
        assert (await self.sql.execute(statement, values)).rowcount == 1

    async def held(self) -> list[tuple[UUID, int]]:
        return await self.rows("SELECT call_id, step FROM router.hold ORDER BY call_id, step")

    async def counted(self, target: Target) -> tuple[int, int]:
        """Calls at the target now, and sent there in its day."""
        statement = "SELECT live, day_count::int FROM router.counter WHERE scope_id = %s"
        counted: tuple[int, int] = (await self.rows(statement, target.id))[0]
        return counted

    async def until_counted(self, target: Target, live: int, day: int) -> None:
        async def look() -> bool | None:
            return True if await self.counted(target) == (live, day) else None

        await eventually(look)

    async def desk_at(self, clock: Clock, seed: int = 1) -> RoutingDesk:
        """A routing desk that knows what is configured now and lives by another clock."""
        database, asking = self.database, self.asking
        broker = Broker(self.nats_url, "router")  # never opened: facts are left to the sweeper
        memory = Memory(Configuration(database), broker)
        await memory.catch_up()
        return RoutingDesk(
            memory,
            PublisherBook(Publishers(database), asking, broker, clock),
            Claims(database, Outbox(database, broker, tables.outbox)),
            Decisions(database),
            Lookups(History(database), clock),
            Quotes(database),
            AuctionHouse(asking),
            VisitLookup(asking),
            clock,
            lambda: seed,
        )

    def holds_desk(self) -> HoldsDesk:
        """A holds desk that sweeps when it is told to."""
        calls = AgentCalls(self.database, Outbox(self.database, self.broker, tables.outbox))
        return HoldsDesk(Holds(self.database), Quotes(self.database), calls, self.asking)

    async def replay_everything(self) -> None:
        """Take every decision of the test again: all must come to the same."""
        memory = Memory(Configuration(self.database), Broker(self.nats_url, "router"))
        desk = ExplainingDesk(Decisions(self.database), memory)
        taken = "SELECT account_id, call_id, step FROM router.decision WHERE record IS NOT NULL"
        for account_id, call_id, step in await self.rows(taken):
            replayed = await desk.replay(
                ReplayDecision(account_id=account_id, call_id=call_id, step=step)
            )
            assert replayed.recorded == replayed.repeated
            assert replayed.identical


@asynccontextmanager
async def running_stage(nats_url: str, database_url: str) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        stage = Stage(nats_url, database_url, stack)
        await stage.open()
        yield stage
        await stage.replay_everything()


def dial(answer: Any) -> DialNext:
    assert isinstance(answer, DialNext), answer
    return answer


def close(answer: Any) -> Close:
    assert isinstance(answer, Close), answer
    return answer
