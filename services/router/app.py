"""Builds the router.  Run: uvicorn --factory services.router.app:create."""

import secrets

from starlette.applications import Starlette

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.ids import AccountId
from libs.contracts.message import Refusal
from libs.contracts.streams import ROUTER_HOLDS, STREAMS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import Clock, SystemClock
from libs.runtime.database import Database
from libs.runtime.health import (
    Check,
    Finding,
    Health,
    answers_check,
    broker_check,
    consumer_check,
    database_check,
    outbox_check,
)
from libs.runtime.outbox import Outbox
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing
from libs.runtime.seal import Seal
from libs.runtime.service import Watch, service_app
from libs.runtime.streams import declare_stream
from services.router import tables
from services.router.answers import (
    bind_agents,
    bind_calls,
    bind_copying,
    bind_editing,
    bind_explaining,
    bind_flows,
    bind_looking,
    bind_numbers,
    bind_quotes,
    bind_rehearsing,
    bind_whisper,
    party_numbers,
    party_targets,
    sweeping,
)
from services.router.desk.agents import AgentsDesk
from services.router.desk.auctions import AuctionHouse
from services.router.desk.bulk import BulkDesk
from services.router.desk.carrier_numbers import CarrierNumbersDesk
from services.router.desk.detaching import DetachingDesk
from services.router.desk.editing import EditingDesk, Elsewhere
from services.router.desk.explaining import ExplainingDesk
from services.router.desk.fallback import FallbackDesk
from services.router.desk.for_flows import FlowsDesk
from services.router.desk.holds import HoldsDesk
from services.router.desk.keeping import Keeper
from services.router.desk.known_numbers import NumbersDesk
from services.router.desk.looking import LookingDesk
from services.router.desk.lookups import Lookups
from services.router.desk.numbers_clerk import NumbersClerk
from services.router.desk.party_numbers import PartyNumbersDesk
from services.router.desk.party_targets import PartyTargetsDesk
from services.router.desk.posted import PostedDesk
from services.router.desk.purchasing import PurchasingDesk
from services.router.desk.quoting import QuotingDesk
from services.router.desk.rehearsing import RehearsingDesk
from services.router.desk.routing import RoutingDesk
from services.router.desk.setting_up import SettingUpDesk
from services.router.desk.visits import VisitLookup
from services.router.memory import Memory
from services.router.publishers import PublisherBook
from services.router.settings import Settings
from services.router.store.agent_calls import AgentCalls
from services.router.store.agent_times import AgentTimesBook
from services.router.store.agents import Agents
from services.router.store.claims import Claims
from services.router.store.configuration import Configuration
from services.router.store.decisions import Decisions
from services.router.store.flow_counters import FlowCounters
from services.router.store.history import History
from services.router.store.holds import Holds
from services.router.store.party_numbers import PartyNumbers
from services.router.store.party_targets import PartyTargets
from services.router.store.posted import PostedConversions
from services.router.store.publishers import Publishers
from services.router.store.purchases import Purchases
from services.router.store.quotes import Quotes
from services.router.store.setups import Setups
from services.router.subscribers import holds_consumer

SEED_BITS = 53  # what JSON readers keep exactly


def create(settings: Settings | None = None) -> Starlette:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("router", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker.of(settings, "router")
    database = Database.of(settings, "router")
    outbox = Outbox(database, broker, tables.outbox)

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "router":
            broker.describes(subject, message)

    memory = Memory(Configuration(database), broker)
    publishers = PublisherBook(Publishers(database), Ask(broker), broker, SystemClock())
    agent_calls = AgentCalls(database, outbox)
    holds = HoldsDesk(Holds(database), Quotes(database), agent_calls, Ask(broker))
    posted = PostedDesk(PostedConversions(database), Decisions(database))
    consumer = holds_consumer(broker, holds, posted, database)
    answers = Answers(broker, Refusal, suspended=True)
    ask, clock = Ask(broker), SystemClock()
    _bind_calls(answers, database, memory, publishers, outbox, ask, clock)
    clerk = _bind_configuring(answers, database, memory, publishers, outbox, ask, clock, settings)
    times = AgentTimesBook(database)
    bind_agents(answers, AgentsDesk(Agents(database), agent_calls, times, outbox, clock))
    watch = Watch(database, answers, knows=lambda: memory.loaded)

    health = Health(
        "router",
        [
            broker_check(broker),
            database_check(database),
            outbox_check(outbox, database),
            _memory_check(memory),
            answers_check(answers),
            consumer_check(broker, ROUTER_HOLDS, consumer),
            _books_check(holds),
        ],
    )
    parts = (memory, publishers, outbox, consumer, holds, clerk, watch)
    return service_app(
        health,
        broker,
        starts=[database.open, broker.open, *(part.start for part in parts)],
        stops=[
            answers.stop,
            *(part.stop for part in reversed(parts)),
            broker.close,
            database.close,
        ],
    )


def _bind_calls(  # noqa: PLR0917 - wired once
    answers: Answers,
    database: Database,
    memory: Memory,
    publishers: PublisherBook,
    outbox: Outbox,
    ask: Ask,
    clock: Clock,
) -> None:
    decisions, history = Decisions(database), History(database)
    lookups = Lookups(history, clock)
    claims = Claims(database, outbox)
    house, visits = AuctionHouse(ask), VisitLookup(ask)
    quotes = Quotes(database)
    routing = RoutingDesk(
        memory, publishers, claims, decisions, lookups, quotes, house, visits, clock, _seed
    )
    for_flows = FlowsDesk(routing, memory, decisions, FlowCounters(database), clock)
    bind_calls(answers, routing, for_flows, memory)
    bind_flows(answers, for_flows, memory)
    quoting = QuotingDesk(memory, publishers, claims, decisions, lookups, quotes, clock, _seed)
    bind_quotes(answers, quoting, memory)
    bind_whisper(answers, routing)
    bind_copying(answers, FallbackDesk(memory), NumbersDesk(memory), memory)
    bind_explaining(answers, ExplainingDesk(decisions, memory))
    rehearsing = RehearsingDesk(memory, publishers, lookups, history, clock, _seed)
    bind_rehearsing(answers, rehearsing, memory)


def _bind_configuring(  # noqa: PLR0917 - wired once
    answers: Answers,
    database: Database,
    memory: Memory,
    publishers: PublisherBook,
    outbox: Outbox,
    ask: Ask,
    clock: Clock,
    settings: Settings,
) -> NumbersClerk:
    """What operators do; gives the clerk who carries it to the carrier."""
    seal = Seal(settings.session_secret.get_secret_value(), "carrier tokens")
    configuration, setups = Configuration(database), Setups(database)
    keeper = Keeper(configuration, memory, outbox, seal, clock)
    known = Elsewhere(ask, memory, publishers)
    editing, bulk = EditingDesk(keeper, known), BulkDesk(configuration, keeper, known)
    bind_editing(answers, editing, bulk, DetachingDesk(keeper))
    bind_looking(answers, LookingDesk(configuration, keeper, setups))
    party_numbers.bind(answers, PartyNumbersDesk(PartyNumbers(database), keeper, known, publishers))
    party_targets.bind(answers, PartyTargetsDesk(PartyTargets(database), keeper, clock))
    platform = AccountId(settings.platform_account_id) if settings.platform_account_id else None
    purchases, most = Purchases(database, setups), settings.platform_numbers_max
    purchasing = PurchasingDesk(purchases, setups, keeper, known, ask, most)
    sweeping.bind(answers, Replacing(database, "router"), Resealing(database, "router", seal))
    bind_numbers(answers, CarrierNumbersDesk(setups, keeper, bulk, ask, platform), purchasing)
    return NumbersClerk(purchasing, SettingUpDesk(setups, keeper, ask, platform))


def _seed() -> int:
    return secrets.randbits(SEED_BITS)


def _memory_check(memory: Memory) -> Check:
    async def check() -> Finding:
        return Finding("configuration", memory.loaded, f"version {memory.version}")

    return check


def _books_check(holds: HoldsDesk) -> Check:
    async def check() -> Finding:
        detail = f"{holds.differences} counters disagree with their holds"
        return Finding("holds", holds.differences == 0, detail, vital=False)

    return check
