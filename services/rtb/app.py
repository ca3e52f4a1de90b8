"""Builds rtb.  Run: uvicorn --factory services.rtb.app:create."""

import hashlib
import secrets
from datetime import timedelta

from fastapi import FastAPI

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.message import Refusal
from libs.contracts.streams import RTB_RESERVATIONS, STREAMS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.database import Database
from libs.runtime.fetch import Fetch
from libs.runtime.health import (
    Check,
    Finding,
    Health,
    broker_check,
    consumer_check,
    database_check,
    outbox_check,
)
from libs.runtime.outbox import Outbox
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing
from libs.runtime.seal import Seal
from libs.runtime.service import Watch, lifespan_of, service_routes
from libs.runtime.streams import declare_stream
from services.rtb import tables
from services.rtb.answers import (
    bind_auctions,
    bind_keeping,
    bind_keys,
    bind_looking,
    bind_pings,
    bind_sweeping,
    bind_trying,
)
from services.rtb.bidders import Bidders
from services.rtb.desk.asking import AskingDesk, House
from services.rtb.desk.auctioning import AuctionDesk
from services.rtb.desk.behind import Behind
from services.rtb.desk.bidder_keys import BidderKeysDesk
from services.rtb.desk.forgetting import ForgettingDesk
from services.rtb.desk.keeping import KeepingDesk
from services.rtb.desk.looking import LookingDesk
from services.rtb.desk.noticing import NoticingDesk
from services.rtb.desk.own_door import BiddersDesk
from services.rtb.desk.pinging import PingingDesk
from services.rtb.desk.reservations import ReservationsDesk
from services.rtb.desk.trying import TryingDesk
from services.rtb.doors import bidders as bidders_door
from services.rtb.doors.gate import Gate
from services.rtb.doors.pings import pings
from services.rtb.memory import Memory
from services.rtb.settings import Settings
from services.rtb.store.auctions import Auctions
from services.rtb.store.bidders_own import BiddersOwn
from services.rtb.store.bodies import Bodies
from services.rtb.store.configuration import Configuration
from services.rtb.store.forgetting import Forgetting
from services.rtb.store.listing import Listing
from services.rtb.store.looking import Looking
from services.rtb.store.notices import Notices
from services.rtb.store.pings import Pings
from services.rtb.store.reservations import Reservations
from services.rtb.subscribers import reservations_consumer

SEED_BITS = 53  # what JSON readers keep exactly
DOORS_CONNECTIONS = 4  # to the database; however many knock, calls have all the others


def create(settings: Settings | None = None) -> FastAPI:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("rtb", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker.of(settings, "rtb")
    database = Database.of(settings, "rtb")
    doors = Database.of(settings, "rtb-doors", DOORS_CONNECTIONS)
    outbox = Outbox(database, broker, tables.outbox)

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "rtb":
            broker.describes(subject, message)

    fetch = Fetch(allow_private=settings.allow_private_addresses)
    bidders = Bidders(fetch)
    behind = Behind(Bodies(database))
    notices = Notices(database)
    reservations = ReservationsDesk(Reservations(database), Pings(database), notices, Ask(broker))
    consumer = reservations_consumer(broker, reservations, database)
    answers = Answers(broker, Refusal)
    pinging, own = _bind(answers, settings, database, doors, outbox, bidders, behind, Ask(broker))
    watch = Watch(database, answers)
    health = Health(
        "rtb",
        [
            broker_check(broker),
            database_check(database),
            outbox_check(outbox, database),
            consumer_check(broker, RTB_RESERVATIONS, consumer),
            _books_check(reservations),
        ],
    )
    kept = timedelta(days=settings.keep_auctions_days)
    forgetting = ForgettingDesk(Forgetting(database), Pings(database), notices, kept)
    noticing = NoticingDesk(notices, fetch)
    parts = (outbox, behind, consumer, reservations, noticing, forgetting, watch)
    starts = [database.open, doors.open, fetch.open, broker.open, *(part.start for part in parts)]
    ends = [part.stop for part in reversed(parts)]
    closes = [fetch.close, broker.close, doors.close, database.close]
    app = FastAPI(
        title="CallCenter Pro bidding",
        routes=[*service_routes(health, broker)],
        lifespan=lifespan_of(starts, [answers.stop, bidders.stop, *ends, *closes]),
    )
    app.include_router(pings(pinging))
    app.add_middleware(Gate, per_second=settings.pings_per_second)
    app.state.bidders_desk = own
    app.include_router(bidders_door.router)
    return app


def _bind(  # noqa: PLR0917 - wired once
    answers: Answers,
    settings: Settings,
    database: Database,
    doors: Database,
    outbox: Outbox,
    bidders: Bidders,
    behind: Behind,
    ask: Ask,
) -> tuple[PingingDesk, BiddersDesk]:
    secret = settings.session_secret.get_secret_value()
    clock, store = SystemClock(), Auctions(database, outbox)
    seal = Seal(secret, "bidders' secrets")
    configuration, at_the_door = Configuration(database, seal), Configuration(doors, seal)
    house = House(
        secret=hashlib.sha256(f"callers' tokens/{secret.splitlines()[0]}".encode()).digest(),
        own_hosts=frozenset(host.lower() for host in settings.own_sip_hosts),
    )
    asking = AskingDesk(store, bidders, clock, house, _seed)
    memory = Memory(configuration)
    auctions = AuctionDesk(store, memory, asking, behind, clock, house)
    bind_auctions(answers, auctions)
    keeping = KeepingDesk(configuration, Listing(database), outbox, clock)
    bind_keeping(answers, keeping)
    bind_looking(answers, LookingDesk(Looking(database), memory, asking))
    bind_trying(answers, TryingDesk(Looking(database), memory, asking, bidders, clock, house))
    store = Auctions(doors, outbox)
    asking = AskingDesk(store, bidders, clock, house, _seed, asking.paces)
    sounding = AuctionDesk(store, memory, asking, behind, clock, house)
    pinging = PingingDesk(at_the_door, Pings(doors), sounding, ask, seal, clock)
    bind_pings(answers, keeping, pinging)
    store_of_own = BiddersOwn(database, outbox)
    own = BiddersDesk(store_of_own, configuration, memory, keeping, Pings(doors), clock)
    bind_keys(answers, BidderKeysDesk(store_of_own, memory, clock))
    bind_sweeping(answers, Replacing(database, "rtb"), Resealing(database, "rtb", seal))
    return pinging, own


def _seed() -> int:
    return secrets.randbits(SEED_BITS)


def _books_check(desk: ReservationsDesk) -> Check:
    async def check() -> Finding:
        detail = f"{desk.differences} counters disagree with their reservations"
        return Finding("reservations", desk.differences == 0, detail, vital=False)

    return check
