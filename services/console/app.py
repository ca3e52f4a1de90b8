"""Builds console.  Run: uvicorn --factory services.console.app:create."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from libs.contracts.streams import CONSOLE_AUDIT, STREAMS
from libs.runtime import telemetry
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import Clock, SystemClock
from libs.runtime.consume import Consumer
from libs.runtime.database import Database
from libs.runtime.health import Health, broker_check, consumer_check, database_check
from libs.runtime.relay import Relay
from libs.runtime.seal import Seal
from libs.runtime.service import lifespan_of, service_routes
from libs.runtime.streams import declare_stream
from services.console import live, own_live
from services.console.auth import CSRF_HEADER, IDEMPOTENCY_HEADER, Guard
from services.console.desk.assisting import Assistant
from services.console.desk.configuring import ConfiguringDesk
from services.console.desk.counting import Counting
from services.console.desk.dead_letters import DeadLettersDesk
from services.console.desk.demonstrating import Demonstrating
from services.console.desk.helping import HelpDesk
from services.console.desk.inviting import Inviting
from services.console.desk.keeping_people import KeepingPeople, Stores
from services.console.desk.knowing_parties import KnowingParties
from services.console.desk.operating import Operating
from services.console.desk.passwords import Passwords
from services.console.desk.proving import Proving
from services.console.desk.resetting import Resetting
from services.console.desk.setting_factors import SettingFactors
from services.console.desk.signing_in import SigningIn
from services.console.desk.signing_up import SigningUp
from services.console.desk.sweeping import SweepingDesk
from services.console.domain.secrets import digest
from services.console.housekeeping import Housekeeping
from services.console.live import Feed
from services.console.mail import Mail
from services.console.middleware import REQUEST_ID, Envelope
from services.console.problems import Problem, answer, of_http, of_validation
from services.console.routes import (
    account_rules,
    accounts,
    agents,
    auctions,
    bidder_keys,
    bidding,
    bulk,
    call_edits,
    calls,
    carriers,
    configuration_text,
    dead_letters,
    defaults,
    demo_data,
    erasures,
    flow_looks,
    flows,
    help,
    invitations,
    keys,
    link_page,
    list_files,
    list_looks,
    manual,
    money,
    numbers,
    own_calls,
    own_numbers,
    own_tags,
    own_targets,
    password_resets,
    people,
    pinging,
    pixels,
    platform,
    postbacks,
    predecessor,
    reconciling,
    recordings,
    reports,
    resealings,
    saved_reports,
    second_factor,
    session,
    sign_ups,
    statements,
    visits,
)
from services.console.routes import audit as audit_log
from services.console.routes.configuration import configuration_routes
from services.console.routes.refusals import REFUSALS
from services.console.routes.tracked import tracked_routes
from services.console.settings import Settings
from services.console.site import site_routes
from services.console.store.accounts import Accounts
from services.console.store.audit import Audit
from services.console.store.invitations import Invitations
from services.console.store.limits import Limits
from services.console.store.list_looks import ListLooks
from services.console.store.manual import ManualShelf
from services.console.store.questions import Questions
from services.console.store.resets import Resets
from services.console.store.second_factors import SecondFactors
from services.console.store.sessions import Sessions
from services.console.store.sign_ups import SignUps
from services.console.subscribers import audit_consumer

API = "/api/v1"
HEARD_AT_ONCE_MAX = 100  # recordings

log = logging.getLogger(__name__)


def create(settings: Settings | None = None) -> FastAPI:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("console", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker.of(settings, "console")
    database = Database.of(settings, "console")

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    clock = SystemClock()
    audit = Audit(database)
    consumer = audit_consumer(broker, audit, database.probe)
    feed = Feed(broker)
    relay = Relay(HEARD_AT_ONCE_MAX)
    mail = Mail(settings.smtp_url.get_secret_value(), settings.mail_from)
    housekeeping = Housekeeping(settings, database, clock)
    desk = _help_desk(settings, database, clock)
    secret = settings.session_secret.get_secret_value()
    sweeping = SweepingDesk.on(database, Ask(broker), secret, clock)
    health = Health(
        "console",
        [
            broker_check(broker),
            database_check(database),
            consumer_check(broker, CONSOLE_AUDIT, consumer),
        ],
    )
    app = FastAPI(
        title="CallCenter Pro",
        version="1",
        description="The one door for people and their programs.",
        routes=[*service_routes(health, broker), *site_routes()],
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(
            broker, database, consumer, feed, housekeeping, relay, mail, desk, sweeping
        ),
    )
    app.state.ask, app.state.audit, app.state.feed = Ask(broker), audit, feed
    _furnish(app, settings, database, clock, mail)
    app.state.configuring = ConfiguringDesk(app.state.ask)
    app.state.demonstrating = Demonstrating(app.state.ask)
    app.state.health = health
    app.state.operating = Operating(app.state.accounts, app.state.ask, clock)
    app.state.sweeping = sweeping
    app.state.dead_letters = _dead_letters(settings, app.state.accounts, clock)
    app.state.relay, app.state.ingress_base_url = relay, settings.ingress_base_url
    for routes in _routes():
        app.include_router(routes, prefix=API)
    app.include_router(predecessor.router)
    app.include_router(link_page.router)
    app.include_router(manual.router)
    app.state.help, app.state.manual, app.state.questions = desk, desk.manual, desk.questions
    _dress(app, settings)
    return app


def _dead_letters(settings: Settings, accounts: Accounts, clock: Clock) -> DeadLettersDesk:
    asked_for_one = settings.nats_user or settings.nats_password.get_secret_value()
    password = settings.nats_operator_password.get_secret_value() if asked_for_one else None
    return DeadLettersDesk(accounts, clock, settings.nats_url, password)


def _routes() -> tuple[APIRouter, ...]:
    """Everything below the API's prefix; what has fixed words comes before what has ids."""
    return (
        session.router,
        password_resets.router,
        sign_ups.router,
        second_factor.router,
        list_looks.router,
        accounts.router,
        people.router,
        invitations.router,
        keys.router,
        agents.router,
        numbers.router,
        list_files.router,
        own_targets.router,
        own_numbers.router,
        own_calls.router,
        own_tags.router,
        configuration_routes(),
        tracked_routes(),
        carriers.router,
        defaults.router,
        demo_data.router,
        bulk.router,
        configuration_text.router,
        recordings.router,
        account_rules.router,
        calls.router,
        call_edits.router,
        reports.router,
        saved_reports.router,
        bidding.router,
        auctions.router,
        flows.router,
        flow_looks.router,
        pinging.router,
        pixels.router,
        postbacks.router,
        reconciling.router,
        money.router,
        statements.router,
        bidder_keys.router,
        visits.router,
        audit_log.router,
        platform.router,
        dead_letters.router,
        erasures.router,
        resealings.router,
        help.router,
        live.router,
        own_live.router,
    )


def _lifespan(  # noqa: PLR0917 - wired once
    broker: Broker,
    database: Database,
    consumer: Consumer,
    feed: Feed,
    housekeeping: Housekeeping,
    relay: Relay,
    mail: Mail,
    desk: HelpDesk,
    sweeping: SweepingDesk,
) -> Any:
    return lifespan_of(
        starts=[
            *(database.open, relay.open, broker.open),
            *(consumer.start, housekeeping.start, sweeping.start),
        ],
        stops=[
            *(desk.close, feed.stop, sweeping.stop, housekeeping.stop, consumer.stop),
            *(mail.stop, broker.close, relay.close, database.close),
        ],
    )


def _furnish(
    app: FastAPI, settings: Settings, database: Database, clock: Clock, mail: Mail
) -> None:
    """Give the routes what they work with."""
    stores, sessions, limits = Stores.on(database), Sessions(database), Limits(database)
    counting, passwords = Counting(limits, clock), Passwords(settings.password_memory_mib)
    app.state.accounts, app.state.members = stores.accounts, stores.members
    app.state.people, app.state.keys = stores.people, stores.keys
    app.state.sessions = sessions
    app.state.list_looks = ListLooks(database)
    app.state.clock, app.state.digest, app.state.counting = clock, digest, counting
    factors = SecondFactors(database)
    proving = Proving(stores.people, counting, passwords)
    seal = Seal(settings.session_secret.get_secret_value(), "second factors")
    setting = SettingFactors(factors, proving, seal, clock)
    app.state.second_factors, app.state.setting_factors = factors, setting
    base_url = settings.public_base_url
    app.state.inviting = Inviting(
        Invitations(database),
        stores.accounts,
        stores.people,
        counting,
        passwords,
        mail,
        clock,
        base_url,
        settings.invitations_per_hour,
    )
    app.state.signing_in = SigningIn(
        stores.people, sessions, proving, setting, app.state.inviting, passwords, clock
    )
    app.state.resetting = Resetting(
        stores.people, Resets(database), proving, passwords, mail, clock, base_url
    )
    app.state.signing_up = SigningUp(
        SignUps(database),
        stores.people,
        counting,
        passwords,
        mail,
        clock,
        base_url,
        settings.sign_up,
        settings.sign_ups_per_hour,
    )
    app.state.keeping_people = KeepingPeople(stores, passwords, clock)
    app.state.guard = Guard(
        sessions,
        stores.keys,
        limits,
        counting,
        clock,
        Seal(settings.session_secret.get_secret_value(), "answers that are given again"),
        settings.requests_per_minute,
        settings.cors_origins,
        settings.secure_cookies,
        KnowingParties(app.state.ask),
    )


def _help_desk(settings: Settings, database: Database, clock: Clock) -> HelpDesk:
    return HelpDesk(
        Questions(database),
        Counting(Limits(database), clock),
        ManualShelf(),
        clock,
        per_hour=settings.help_questions_per_hour,
        assistant=_assistant(settings),
    )


def _assistant(settings: Settings) -> Assistant | None:
    key = settings.anthropic_api_key.get_secret_value()
    if not key:
        return None
    from services.console.claude import Claude

    seconds = settings.assistant_seconds
    talker = Claude(key, settings.anthropic_base_url, settings.assistant_model, seconds)
    return Assistant(talker, seconds)


def _dress(app: FastAPI, settings: Settings) -> None:
    """What every request passes, and how what goes wrong is said."""
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=["Content-Type", "If-Match", CSRF_HEADER, IDEMPOTENCY_HEADER],
            expose_headers=["ETag", "Retry-After", REQUEST_ID],
        )
    app.add_middleware(Envelope)
    handlers: dict[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda problem: problem,
        RequestValidationError: of_validation,
        HTTPException: of_http,
        SQLAlchemyError: _of_database,
        OSError: _of_database,
        psycopg.OperationalError: _of_database,
        **REFUSALS,
    }
    for kind, read in handlers.items():
        app.add_exception_handler(kind, _handler(read))


def _handler(read: Callable[[Any], Problem]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, fault: Exception) -> Response:
        return answer(request, read(fault))

    return handle


def _of_database(fault: Exception) -> Problem:
    log.warning("the console's database does not serve: %r", fault)
    headers = {"Retry-After": "1"}
    return Problem(503, "unavailable", "try again", owner="console", headers=headers)
