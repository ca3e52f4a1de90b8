"""Builds flows.  Run: uvicorn --factory services.flows.app:create."""

from starlette.applications import Starlette

from libs.runtime import telemetry
from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.health import Health, broker_check, database_check
from libs.runtime.sandbox.sandbox import Sandbox
from libs.runtime.service import service_app
from services.flows.settings import Settings


def create(settings: Settings | None = None) -> Starlette:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("flows", settings.otel_exporter_otlp_endpoint, settings.log_level)
    password = settings.nats_password.get_secret_value()
    broker = Broker(settings.nats_url, "flows", settings.nats_user, password)
    database = Database(settings.database_url, application_name="flows")
    sandbox = Sandbox(settings.sandbox_workers)
    checks = [broker_check(broker), database_check(database), sandbox.health_check()]
    health = Health("flows", checks)
    return service_app(
        health,
        broker,
        starts=[database.open, broker.open, sandbox.start],
        stops=[broker.close, sandbox.stop, database.close],
    )
