"""Builds the ingress.  Run: uvicorn --factory services.ingress.app:create."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from libs.contracts.calls import Fact
from libs.contracts.catalogue import CATALOGUE
from libs.contracts.ids import AccountId
from libs.contracts.message import Refusal
from libs.contracts.streams import STREAMS
from libs.runtime import telemetry
from libs.runtime.answers import Answers
from libs.runtime.ask import Ask
from libs.runtime.broker import Broker
from libs.runtime.clock import SystemClock
from libs.runtime.health import Check, Finding, Health, broker_check
from libs.runtime.publish import MESSAGE_ID, publish
from libs.runtime.relay import Relay
from libs.runtime.seal import Seal
from libs.runtime.service import lifespan_of, service_routes
from libs.runtime.streams import declare_stream
from services.ingress.answers import (
    bind,
    bind_archive,
    bind_calls,
    bind_controlling,
    bind_numbers,
    bind_recordings,
    bind_rendering,
    bind_summaries,
)
from services.ingress.carrier.access import Access
from services.ingress.carrier.calls import CarrierCallList
from services.ingress.carrier.legs import CarrierApi
from services.ingress.carrier.lines import CarrierLines
from services.ingress.carrier.numbers import CarrierNumbers
from services.ingress.carrier.recordings import CarrierRecordings, Deletions
from services.ingress.carrier.summaries import Summaries
from services.ingress.carrier.transcripts import Transcripts
from services.ingress.controlling import Controlling, Tell
from services.ingress.desk import Desk
from services.ingress.domain.callbacks import ADDRESSES
from services.ingress.doors import recording_routes
from services.ingress.plans import Plans
from services.ingress.settings import Settings
from services.ingress.spool import Spool
from services.ingress.webhooks import Webhooks

PUBLISH_SECONDS = 2.0  # a reconciliation that is refused is tried again
HEARD_AT_ONCE_MAX = 100  # recordings; calls are never in their way for long
WEBHOOK_PATHS = ("/api/webhooks/", "/api/twilio/")


class Door:
    """Sends webhooks straight to their handlers, and everything else through FastAPI."""

    def __init__(self, webhooks: Webhooks, rest: FastAPI) -> None:
        self._webhooks = webhooks
        self._rest = rest

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One ASGI connection."""
        if scope["type"] == "http" and scope["path"].startswith(WEBHOOK_PATHS):
            await self._webhooks(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def create(settings: Settings | None = None) -> Door:
    """Read settings once, wire once; everything below receives values."""
    settings = settings or Settings()
    telemetry.start("ingress", settings.otel_exporter_otlp_endpoint, settings.log_level)
    broker = Broker.of(settings, "ingress")
    ask = Ask(broker)
    seal = Seal(settings.session_secret.get_secret_value(), "carrier tokens")
    settings.folder.mkdir(parents=True, exist_ok=True)
    plans = Plans(settings.folder / "plans.json", ask, broker, seal)
    spool = Spool(settings.folder / "spool", broker)
    own_token = settings.twilio_auth_token.get_secret_value()

    def tokens(account_sid: str) -> tuple[str, ...]:
        own = (own_token,) if account_sid == settings.twilio_account_sid else ()
        return (*own, *plans.tokens(account_sid))

    async def declare_streams() -> None:
        for stream in STREAMS:
            await declare_stream(broker, stream)

    broker.on_connected(declare_streams)
    for subject, message in CATALOGUE.items():
        if getattr(message, "publisher", "") == "ingress":
            broker.describes(subject, message)
    relay = Relay(HEARD_AT_ONCE_MAX)
    recordings = _recordings(settings, tokens, relay)
    base_url = settings.public_base_url
    desk = Desk(ask, broker, spool, plans)
    answers = _answers(settings, broker, tokens, plans, desk.tell)
    bind_recordings(answers, recordings)
    webhooks = Webhooks(
        desk,
        SystemClock(),
        base_url,
        tokens,
        deadline_ms=settings.webhook_deadline_ms,
        verify=settings.verify_signatures,
        trace_ratio=settings.trace_ratio,
    )
    checks = [
        broker_check(broker, vital=False),
        _spool_check(spool),
        _plans_check(plans),
        _signature_check(verified=settings.verify_signatures),
    ]
    rest = FastAPI(
        title="CallCenter Pro ingress",
        routes=[*service_routes(Health("ingress", checks), broker), *recording_routes(recordings)],
        lifespan=lifespan_of(
            starts=[relay.open, broker.open, plans.start, spool.start],
            stops=[answers.stop, plans.stop, spool.stop, broker.close, relay.close],
        ),
    )
    rest.openapi()["paths"] |= _webhook_paths()
    return Door(webhooks, rest)


def _answers(
    settings: Settings,
    broker: Broker,
    tokens: Callable[[str], tuple[str, ...]],
    plans: Plans,
    tell: Tell,
) -> Answers:
    """What others ask of the carrier; an account's numbers by its own credentials alone."""
    answers = Answers(broker, Refusal)
    bind(answers, CarrierApi(settings.twilio_api_base_url, tokens))
    access = (
        settings.twilio_api_base_url,
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        plans.tokens,
    )
    numbers = CarrierNumbers(Access(*access), settings.public_base_url)
    bind_numbers(answers, numbers)

    def account_of(number: str) -> AccountId | None:
        plan = plans.of(number)
        return None if plan is None else plan.account_id

    async def say(fact: Fact) -> None:
        headers = {MESSAGE_ID: fact.key}
        await publish(
            broker, fact.subject, fact.model_dump_json().encode(), headers, PUBLISH_SECONDS
        )

    calls = CarrierCallList(Access(*access), account_of, plans.carriers, say, SystemClock())
    bind_calls(answers, calls)
    archive = (Access(*access), settings.twilio_account_sid, say, SystemClock())
    bind_archive(answers, Deletions(*archive), Transcripts(*archive))
    bind_summaries(answers, Summaries(Access(*access), settings.twilio_account_sid))
    lines = CarrierLines(Access(*access[:-1], tokens))  # of calls, whosesoever they are
    controlling = Controlling(lines, settings.public_base_url, tell, SystemClock())
    bind_controlling(answers, controlling)
    bind_rendering(answers, settings.public_base_url)
    return answers


def _recordings(
    settings: Settings, tokens: Callable[[str], tuple[str, ...]], relay: Relay
) -> CarrierRecordings:
    tickets = Seal(settings.session_secret.get_secret_value(), "tickets for recordings")
    api_url = settings.twilio_api_base_url
    return CarrierRecordings(api_url, tokens, tickets, SystemClock(), relay)


def _webhook_paths() -> dict[str, Any]:
    """The carrier's addresses, for the OpenAPI document; they are no routes of FastAPI."""
    return {
        address: {
            "post": {
                "summary": f"Twilio's {kind} webhook",
                "requestBody": {"content": {"application/x-www-form-urlencoded": {}}},
                "responses": {"200": {"description": "TwiML", "content": {"text/xml": {}}}},
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in re.findall(r"{(\w+)}", address)
                ],
            }
        }
        for address, kind in ADDRESSES.items()
    }


def _spool_check(spool: Spool) -> Check:
    async def check() -> Finding:
        detail = f"{spool.depth} facts wait, {spool.dropped} were dropped"
        return Finding("spool", spool.depth == 0 and not spool.dropped, detail, vital=False)

    return check


def _plans_check(plans: Plans) -> Check:
    async def check() -> Finding:
        return Finding("fallback-plans", not plans.stale, vital=False)

    return check


def _signature_check(*, verified: bool) -> Check:
    async def check() -> Finding:
        detail = "" if verified else "webhooks are believed without a signature"
        return Finding("signatures", verified, detail, vital=False)

    return check
