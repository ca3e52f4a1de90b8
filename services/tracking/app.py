"""Builds the tracking service.  Run: uvicorn --factory services.tracking.app:create."""

from datetime import timedelta

from starlette.applications import Starlette

from libs.contracts.catalogue import CATALOGUE
from libs.contracts.message import Refusal
from libs.contracts.streams import STREAMS, TRACKING_CALLS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
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
from libs.runtime.seal import Seal
from libs.runtime.service import Watch, service_app
from libs.runtime.streams import declare_stream
from services.tracking.answers import calls as calls_answers
from services.tracking.answers import keeping as keeping_answers
from services.tracking.answers import pixels as pixels_answers
from services.tracking.desk.calls import Desk
from services.tracking.desk.deliveries import DeliveriesDesk
from services.tracking.desk.keeping import KeepingDesk
from services.tracking.desk.periods import PeriodsDesk
from services.tracking.desk.pixels import PixelsDesk
from services.tracking.desk.posting import PostingDesk
from services.tracking.desk.publishers import PublishersDesk
from services.tracking.settings import Settings
from services.tracking.store.calls import Calls
from services.tracking.store.configuration import Configuration
from services.tracking.store.deliveries import Deliveries
from services.tracking.store.delivery_log import DeliveryLog
from services.tracking.store.journal import Journal
from services.tracking.store.periods import Periods
from services.tracking.subscribers import calls_consumer
from services.tracking.tables.configured import outbox as outbox_rows


def create(settings: Settings | None = None) -> Starlette:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()  # from the environment
    telemetry.start("tracking", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker(
        settings.nats_url,
        "tracking",
        settings.nats_user,
        settings.nats_password.get_secret_value(),
    )
    database = Database(settings.database_url, application_name="tracking")

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "tracking":
            broker.describes(subject, message)
    outbox = Outbox(database, broker, outbox_rows)
    clock = SystemClock()
    desk = Desk(Journal(database, clock), Calls(database))
    kept = timedelta(days=settings.keep_calls_days)
    periods = PeriodsDesk(Periods(database), clock, kept)
    fetch = Fetch(allow_private=settings.allow_private_addresses)
    consumer = calls_consumer(broker, desk, database.probe)
    answers = Answers(broker, Refusal)
    calls_answers.bind(answers, desk)
    posting = _bind_keeping(answers, settings, database, outbox, fetch)
    watch = Watch(database, answers)
    parts = (outbox, consumer, periods, *posting, watch)

    health = Health(
        "tracking",
        [
            broker_check(broker),
            database_check(database),
            outbox_check(outbox, database),
            consumer_check(broker, TRACKING_CALLS, consumer),
        ],
    )
    return service_app(
        health,
        broker,
        starts=[database.open, fetch.open, broker.open, *(part.start for part in parts)],
        stops=[
            answers.stop,
            *(part.stop for part in reversed(parts)),
            fetch.close,
            broker.close,
            database.close,
        ],
    )


def _bind_keeping(
    answers: Answers, settings: Settings, database: Database, outbox: Outbox, fetch: Fetch
) -> tuple[PostingDesk, DeliveriesDesk]:
    configuration, clock = Configuration(database), SystemClock()
    seal = Seal(settings.session_secret.get_secret_value(), "partners' secrets")
    keeping = KeepingDesk(configuration, outbox, clock, seal)
    keeping_answers.bind(answers, keeping)
    keeping_answers.bind_publishers(answers, PublishersDesk(keeping, configuration))
    deliveries, calls = Deliveries(database, seal), Calls(database)
    kept = timedelta(days=settings.keep_deliveries_days)
    looking = DeliveriesDesk(DeliveryLog(database), outbox, clock, kept)
    pixels = PixelsDesk(keeping, deliveries, calls, fetch, clock)
    pixels_answers.bind(answers, pixels, looking)
    return PostingDesk(deliveries, calls, fetch, clock), looking
