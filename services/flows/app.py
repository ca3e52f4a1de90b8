"""Builds flows.  Run: uvicorn --factory services.flows.app:create."""

import secrets
from datetime import timedelta

from starlette.applications import Starlette

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.message import Refusal
from libs.contracts.streams import FLOWS_CALLS, STREAMS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.fetch import Fetch
from libs.runtime.health import (
    Health,
    broker_check,
    consumer_check,
    database_check,
    outbox_check,
)
from libs.runtime.outbox import Outbox
from libs.runtime.replacing import Replacing
from libs.runtime.sandbox.sandbox import Sandbox
from libs.runtime.service import Watch, service_app
from libs.runtime.streams import declare_stream
from services.flows import tables
from services.flows.answers import (
    bind_bringing,
    bind_calls,
    bind_history,
    bind_keeping,
    bind_looking,
    bind_simulating,
    bind_sweeping,
)
from services.flows.desk.bringing import BringingDesk
from services.flows.desk.forgetting import ForgettingDesk
from services.flows.desk.inspecting import InspectingDesk
from services.flows.desk.keeping import KeepingDesk
from services.flows.desk.leaving import LeavingDesk
from services.flows.desk.looking import LookingDesk
from services.flows.desk.playing import PlayingDesk
from services.flows.desk.running import RunningDesk
from services.flows.desk.simulating import SimulatingDesk
from services.flows.desk.world import World
from services.flows.settings import Settings
from services.flows.store.counts import Counts
from services.flows.store.flows import Flows
from services.flows.store.forgetting import Forgetting
from services.flows.store.leaving import Leaving
from services.flows.store.library import Library
from services.flows.store.looking import Looking
from services.flows.store.running import Running
from services.flows.subscribers import calls_consumer

SEED_BITS = 31  # what the sandbox takes


def create(settings: Settings | None = None) -> Starlette:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("flows", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker.of(settings, "flows")
    database = Database.of(settings, "flows")
    outbox = Outbox(database, broker, tables.outbox)

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "flows":
            broker.describes(subject, message)

    clock = SystemClock()
    sandbox = Sandbox(settings.sandbox_workers)
    fetch = Fetch(allow_private=settings.allow_private_addresses)
    answers = Answers(broker, Refusal)
    _bind(answers, database, outbox, sandbox, fetch, Ask(broker))
    leaving = Leaving(database, outbox)
    consumer = calls_consumer(broker, LeavingDesk(leaving, clock), database.probe)
    kept = timedelta(days=settings.keep_days)
    forgetting = ForgettingDesk(Forgetting(database), leaving, clock, kept)
    watch = Watch(database, answers)
    health = Health(
        "flows",
        [
            broker_check(broker),
            database_check(database),
            outbox_check(outbox, database),
            consumer_check(broker, FLOWS_CALLS, consumer),
            sandbox.health_check(),
        ],
    )
    parts = (outbox, consumer, forgetting, watch)
    return service_app(
        health,
        broker,
        starts=[
            database.open,
            fetch.open,
            sandbox.start,
            broker.open,
            *(part.start for part in parts),
        ],
        stops=[
            answers.stop,
            *(part.stop for part in reversed(parts)),
            sandbox.stop,
            fetch.close,
            broker.close,
            database.close,
        ],
    )


def _bind(  # noqa: PLR0917 - wired once
    answers: Answers,
    database: Database,
    outbox: Outbox,
    sandbox: Sandbox,
    fetch: Fetch,
    ask: Ask,
) -> None:
    clock, flows = SystemClock(), Flows(database)
    world = World(ask, Counts(database), fetch, sandbox, clock)
    library, looking_store = Library(database), Looking(database)
    running = RunningDesk(Running(database, outbox), library, world, clock, _seed)
    bind_calls(answers, running)
    inspecting = InspectingDesk(flows, sandbox)
    simulating = SimulatingDesk(flows, library, looking_store, inspecting, PlayingDesk(sandbox))
    bind_simulating(answers, simulating)
    bind_keeping(answers, KeepingDesk(flows, inspecting, simulating, ask, outbox, clock))
    looking = LookingDesk(flows, looking_store, inspecting, clock)
    bind_looking(answers, looking)
    bind_history(answers, looking)
    bind_bringing(answers, BringingDesk(inspecting))
    bind_sweeping(answers, Replacing(database, "flows"))


def _seed() -> int:
    return secrets.randbits(SEED_BITS)
