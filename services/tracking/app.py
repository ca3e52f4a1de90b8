"""Builds the tracking service.  Run: uvicorn --factory services.tracking.app:create."""

from starlette.applications import Starlette

from libs.contracts.message import Refusal
from libs.contracts.streams import STREAMS, TRACKING_CALLS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.health import Health, broker_check, consumer_check, database_check
from libs.runtime.service import Watch, service_app
from libs.runtime.streams import declare_stream
from services.tracking.answers.calls import bind
from services.tracking.desk.calls import Desk
from services.tracking.settings import Settings
from services.tracking.store.calls import Calls
from services.tracking.store.journal import Journal
from services.tracking.subscribers import calls_consumer


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
    desk = Desk(Journal(database), Calls(database))
    consumer = calls_consumer(broker, desk, database.probe)
    answers = Answers(broker, Refusal)
    bind(answers, desk)
    watch = Watch(database, answers)

    health = Health(
        "tracking",
        [
            broker_check(broker),
            database_check(database),
            consumer_check(broker, TRACKING_CALLS, consumer),
        ],
    )
    return service_app(
        health,
        broker,
        starts=[database.open, broker.open, consumer.start, watch.start],
        stops=[answers.stop, watch.stop, consumer.stop, broker.close, database.close],
    )
