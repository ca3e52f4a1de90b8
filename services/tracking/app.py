"""Builds the tracking service.  Run: uvicorn --factory services.tracking.app:create."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.message import Refusal
from libs.contracts.streams import STREAMS, TRACKING_ATTRIBUTIONS, TRACKING_CALLS, TRACKING_PIXELS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.consume import Consumer
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
from libs.runtime.resealing import Resealing
from libs.runtime.seal import Seal
from libs.runtime.service import Watch, lifespan_of, service_routes
from libs.runtime.streams import declare_stream
from services.tracking.answers import calls as calls_answers
from services.tracking.answers import controlling as controlling_answers
from services.tracking.answers import keeping as keeping_answers
from services.tracking.answers import money as money_answers
from services.tracking.answers import party_calls as party_calls_answers
from services.tracking.answers import party_tags as party_tags_answers
from services.tracking.answers import pixels as pixels_answers
from services.tracking.answers import postbacks as postbacks_answers
from services.tracking.answers import quality as quality_answers
from services.tracking.answers import reconciling as reconciling_answers
from services.tracking.answers import recordings as recordings_answers
from services.tracking.answers import reporting as reports_answers
from services.tracking.answers import statements as statements_answers
from services.tracking.answers import sweeping as sweeping_answers
from services.tracking.answers import visit_conversions as visit_conversions_answers
from services.tracking.answers import visits as visits_answers
from services.tracking.desk.adjusting import AdjustingDesk
from services.tracking.desk.annotating import AnnotatingDesk
from services.tracking.desk.attributing import AttributingDesk
from services.tracking.desk.books import BooksDesk
from services.tracking.desk.calls import Desk
from services.tracking.desk.controlling import ControllingDesk
from services.tracking.desk.converting import ConvertingDesk
from services.tracking.desk.converting_visits import ConvertingVisitsDesk
from services.tracking.desk.deliveries import DeliveriesDesk
from services.tracking.desk.disputing import DisputingDesk
from services.tracking.desk.erasing import ErasingDesk
from services.tracking.desk.following import FollowingDesk
from services.tracking.desk.forgetting import ForgettingDesk
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.looking import LookingDesk
from services.tracking.desk.party_calls import PartyCallsDesk
from services.tracking.desk.party_tags import PartyTagsDesk
from services.tracking.desk.payout_caps import PayoutCapsDesk
from services.tracking.desk.periods import PeriodsDesk
from services.tracking.desk.pixels import PixelsDesk
from services.tracking.desk.postbacks import PostbacksDesk
from services.tracking.desk.posting import PostingDesk
from services.tracking.desk.proving import ProvingDesk
from services.tracking.desk.publishers import PublishersDesk
from services.tracking.desk.quality import QualityDesk
from services.tracking.desk.reconciling import ReconcilingDesk
from services.tracking.desk.recordings import RecordingsDesk
from services.tracking.desk.reporting import ReportingDesk
from services.tracking.desk.saved_reports import SavedReportsDesk
from services.tracking.desk.stating import StatingDesk
from services.tracking.desk.summing import SummingDesk
from services.tracking.desk.tagging import TaggingDesk
from services.tracking.desk.transcribing import TranscribingDesk
from services.tracking.desk.visiting import VisitingDesk
from services.tracking.domain.keys import Keys
from services.tracking.domain.reports import VISITS
from services.tracking.doors.conversions import conversion_routes
from services.tracking.doors.described import description_route
from services.tracking.doors.postbacks import postback_routes
from services.tracking.doors.predecessor import predecessor_routes
from services.tracking.doors.script import script_routes
from services.tracking.doors.visits import Door, visit_routes
from services.tracking.memory import Memory
from services.tracking.settings import Settings
from services.tracking.store.attributions import Attributions
from services.tracking.store.beating import Beating
from services.tracking.store.books import Ledger
from services.tracking.store.calls import Calls
from services.tracking.store.configuration import Configuration
from services.tracking.store.deliveries import Deliveries
from services.tracking.store.delivery_log import DeliveryLog
from services.tracking.store.disputes import Disputes
from services.tracking.store.erasing import EARLY, Erasing
from services.tracking.store.forgetting import Forgetting
from services.tracking.store.journal import Journal
from services.tracking.store.leasing import Leasing
from services.tracking.store.numbers import Numbers
from services.tracking.store.party_calls import PartyCalls
from services.tracking.store.party_tags import PartyTags
from services.tracking.store.payout_caps import PayoutCaps
from services.tracking.store.periods import Periods
from services.tracking.store.pool_use import PoolUses
from services.tracking.store.postbacks import PostbackLog
from services.tracking.store.proof import Proof
from services.tracking.store.quality import Qualities
from services.tracking.store.reconciling import Reconciling
from services.tracking.store.recordings import Recordings
from services.tracking.store.reports import Reports
from services.tracking.store.rollups import Rollups
from services.tracking.store.saved_reports import SavedReports
from services.tracking.store.statements import Statements
from services.tracking.store.staying import Staying
from services.tracking.store.transcribing import Transcribing
from services.tracking.store.visit_conversions import VisitConversions
from services.tracking.store.visit_reports import VisitReports
from services.tracking.store.visits import Visits
from services.tracking.subscribers import attributions_consumer, calls_consumer, pixels_consumer
from services.tracking.tables.configured import outbox as outbox_rows


def create(settings: Settings | None = None) -> Starlette:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()  # from the environment
    telemetry.start("tracking", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = _broker(settings)
    database = Database.of(settings, "tracking")
    outbox = Outbox(database, broker, outbox_rows)
    clock = SystemClock()
    journal = Journal(database, clock)
    desk = Desk(journal, Calls(database))
    kept = timedelta(days=settings.keep_calls_days)
    periods = PeriodsDesk(Periods(database), clock, kept)
    fetch = Fetch(allow_private=settings.allow_private_addresses)
    consumer = calls_consumer(broker, desk, database.probe)
    answers = Answers(broker, Refusal)
    configuration = Configuration(database)
    seal = Seal(settings.session_secret.get_secret_value(), "partners' secrets")
    keeping = KeepingDesk(configuration, outbox, clock, seal)
    keeping_answers.bind(answers, keeping)
    capping = _publishers(database, answers, keeping, configuration, outbox)
    posting, looking = _postbacks(settings, database, answers, keeping, outbox, seal, fetch)
    websites = _websites(settings, broker, database, answers, keeping, configuration, outbox)
    calls_answers.bind(answers, desk, websites.attributing)
    party_calls_answers.bind(answers, PartyCallsDesk(PartyCalls(database)))
    proving = _money(settings, database, answers, desk, journal, outbox)
    saved_reports = _reports(database, answers, keeping, outbox, seal)
    controlling_answers.bind(answers, ControllingDesk(desk, Ask(broker), clock))
    watch = Watch(database, answers)
    asked = pixels_consumer(broker, posting, database.probe)
    books = _Books(answers, keeping, desk, journal, outbox, seal)
    afterwards = _afterwards(settings, broker, database, books)
    postbacks = (asked, posting, looking, saved_reports, *afterwards.parts)
    summing = SummingDesk(Rollups(database))
    sums = (summing, capping, proving)
    parts = (outbox, consumer, periods, *sums, *postbacks, *websites.parts, watch)

    health = Health(
        "tracking",
        [
            broker_check(broker),
            database_check(database),
            outbox_check(outbox, database),
            consumer_check(broker, TRACKING_CALLS, consumer),
            consumer_check(broker, TRACKING_ATTRIBUTIONS, websites.consumer),
            consumer_check(broker, TRACKING_PIXELS, asked),
        ],
    )
    starts = [database.open, fetch.open, broker.open, *(part.start for part in parts)]
    ends = [part.stop for part in reversed(parts)]
    closes = [fetch.close, broker.close, database.close]
    doors = [*websites.routes, *afterwards.routes]
    return Starlette(
        routes=[*service_routes(health, broker), description_route(doors), *doors],
        lifespan=lifespan_of(starts, [answers.stop, *ends, *closes]),
    )


def _broker(settings: Settings) -> Broker:
    """The connection to NATS, with what is told there."""
    broker = Broker.of(settings, "tracking")

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "tracking":
            broker.describes(subject, message)
    return broker


def _publishers(
    database: Database,
    answers: Answers,
    keeping: KeepingDesk,
    configuration: Configuration,
    outbox: Outbox,
) -> PayoutCapsDesk:
    store = PayoutCaps(database)
    caps = PayoutCapsDesk(store, configuration, Reports(database), outbox, SystemClock())
    keeping_answers.bind_publishers(answers, PublishersDesk(keeping, store), caps)
    return caps


def _postbacks(  # noqa: PLR0917 - wired once
    settings: Settings,
    database: Database,
    answers: Answers,
    keeping: KeepingDesk,
    outbox: Outbox,
    seal: Seal,
    fetch: Fetch,
) -> tuple[PostingDesk, DeliveriesDesk]:
    clock = SystemClock()
    deliveries, calls = Deliveries(database, seal), Calls(database)
    kept = timedelta(days=settings.keep_deliveries_days)
    looking = DeliveriesDesk(DeliveryLog(database), outbox, clock, kept)
    keys = Keys(settings.session_secret.get_secret_value())
    pixels = PixelsDesk(keeping, deliveries, calls, fetch, clock, keys)
    pixels_answers.bind(answers, pixels, looking)
    return PostingDesk(deliveries, SavedReports(database, seal), calls, fetch, clock, keys), looking


def _reports(
    database: Database, answers: Answers, keeping: KeepingDesk, outbox: Outbox, seal: Seal
) -> SavedReportsDesk:
    clock = SystemClock()
    reporting = ReportingDesk(Reports(database), clock)
    visits = ReportingDesk(VisitReports(database), clock, VISITS)
    reports_answers.bind(answers, reporting, visits)
    desk = SavedReportsDesk(keeping, SavedReports(database, seal), reporting, outbox, clock)
    reports_answers.bind_saved(answers, desk)
    return desk


def _money(  # noqa: PLR0917 - wired once
    settings: Settings,
    database: Database,
    answers: Answers,
    desk: Desk,
    journal: Journal,
    outbox: Outbox,
) -> ProvingDesk:
    """Who owes whom: said, changed, shown; what runs of it is the proof."""
    clock = SystemClock()
    proving = ProvingDesk(Proof(database), clock, settings.prove_books_at_hour)
    money_answers.bind(answers, ConvertingDesk(desk, journal, outbox, clock), proving)
    adjusting = AdjustingDesk(desk, journal, outbox, clock)
    money_answers.bind_books(answers, adjusting, BooksDesk(Ledger(database)))
    disputing = DisputingDesk(adjusting, journal, Disputes(database), outbox, clock)
    stating = StatingDesk(Statements(database), outbox, clock)
    statements_answers.bind(answers, disputing, stating)
    statements_answers.bind_for_parties(answers, disputing)
    return proving


@dataclass(frozen=True)
class _Books:
    """What those need who add facts to calls that are over."""

    answers: Answers
    keeping: KeepingDesk
    desk: Desk
    journal: Journal
    outbox: Outbox
    seal: Seal


@dataclass(frozen=True)
class _Afterwards:
    """What is done about calls that are over: what runs, and what is heard."""

    parts: tuple[Any, ...]
    routes: tuple[BaseRoute, ...]


def _afterwards(
    settings: Settings, broker: Broker, database: Database, books: _Books
) -> _Afterwards:
    ask, clock, answers = Ask(broker), SystemClock(), books.answers
    annotating = AnnotatingDesk(books.desk, books.journal, books.outbox, clock)
    calls_answers.bind_edits(answers, annotating)
    reconciling = ReconcilingDesk(Reconciling(database), ask, books.outbox, clock)
    reconciling_answers.bind(answers, reconciling)
    recordings = RecordingsDesk(books.keeping, Recordings(database), ask)
    transcribing = TranscribingDesk(Calls(database), Transcribing(database), ask)
    recordings_answers.bind(answers, recordings, transcribing)
    texts = Replacing(database, "tracking", EARLY)
    erasing = ErasingDesk(Erasing(database), recordings, books.journal, texts)
    sweeping_answers.bind(answers, erasing, Resealing(database, "tracking", books.seal))
    facts = (books.desk, books.journal, books.outbox)
    quality = QualityDesk(books.keeping, Qualities(database), *facts, ask, clock)
    quality_answers.bind(answers, quality)
    kept = (settings.keep_deliveries_days, settings.keep_calls_days)
    inbound = PostbacksDesk(
        books.keeping,
        Configuration(database),
        books.desk,
        books.journal,
        PostbackLog(database),
        books.outbox,
        clock,
        Keys(settings.session_secret.get_secret_value()),
        settings.public_base_url,
        (timedelta(days=kept[0]), timedelta(days=kept[1])),
    )
    postbacks_answers.bind(answers, inbound)
    return _Afterwards(
        parts=(reconciling, recordings, transcribing, quality, inbound),
        routes=tuple(postback_routes(inbound, settings.trusted_proxies)),
    )


@dataclass(frozen=True)
class _Websites:
    """What tracking does for websites: what runs, what is heard, and its door."""

    parts: tuple[Any, ...]
    consumer: Consumer
    attributing: AttributingDesk
    routes: tuple[BaseRoute, ...]


def _websites(  # noqa: PLR0917 - wired once
    settings: Settings,
    broker: Broker,
    database: Database,
    answers: Answers,
    keeping: KeepingDesk,
    configuration: Configuration,
    outbox: Outbox,
) -> _Websites:
    base_url = settings.public_base_url
    memory, numbers = Memory(configuration), Numbers(database)
    following = FollowingDesk(numbers, Ask(broker), broker)
    tagging = TaggingDesk(keeping, configuration, numbers, following, memory, base_url)
    visits_answers.bind_tags(answers, tagging)
    party_tags_answers.bind(answers, PartyTagsDesk(tagging, configuration, PartyTags(database)))
    attributing = AttributingDesk(Attributions(database), numbers, outbox, SystemClock())
    visits_answers.bind_visits(
        answers, LookingDesk(Visits(database), PoolUses(database)), attributing
    )
    consumer = attributions_consumer(broker, attributing, database.probe)
    staying, beating = Staying(database), Beating(database)
    visiting = VisitingDesk(memory, numbers, Leasing(database), staying, beating)
    kept = [timedelta(days=one) for one in (settings.keep_visits_days, settings.keep_calls_days)]
    forgetting = ForgettingDesk(Forgetting(database), *kept)
    door = Door(visiting, settings.trusted_proxies)
    converting = ConvertingVisitsDesk(
        VisitConversions(database), Visits(database), outbox, SystemClock()
    )
    visit_conversions_answers.bind(answers, converting)
    return _Websites(
        parts=(memory, following, consumer, forgetting),
        consumer=consumer,
        attributing=attributing,
        routes=(
            *script_routes(),
            *visit_routes(door),
            *conversion_routes(door, converting),
            *predecessor_routes(door, base_url),
        ),
    )
