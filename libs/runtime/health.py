"""What a service says of itself: alive, ready for a caller, and what is degraded."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from nats.errors import Error as NatsError
from opentelemetry import metrics
from starlette.requests import Request
from starlette.responses import JSONResponse

from libs.runtime.answers import Answers
from libs.runtime.broker import Broker, NotConnected
from libs.runtime.consume import Consumer
from libs.runtime.database import Database
from libs.runtime.outbox import Outbox
from libs.runtime.streams import DurableSpec, waiting_for

OUTBOX_AGE_MAX_SECONDS = 30.0  # older facts mean that the stream takes nothing
ASK_SECONDS = 1.0  # whoever looks at our health waits

_check_gauge = metrics.get_meter("health").create_gauge(
    "health.check", description="1 where a check of the service is well, 0 where it is not"
)
_outbox_gauge = metrics.get_meter("outbox").create_gauge(
    "outbox.oldest_seconds", unit="s", description="How long the oldest committed fact waits"
)
_waiting_gauge = metrics.get_meter("consume").create_gauge(
    "consume.waiting", description="Facts in the stream that a durable has not been given yet"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw.  `vital`: without it the service can do nothing for a caller."""

    name: str
    well: bool
    detail: str = ""
    vital: bool = True


Check = Callable[[], Awaitable[Finding]]


class Health:
    """A service's checks."""

    def __init__(self, service: str, checks: list[Check]) -> None:
        self._service = service
        self._checks = checks

    async def findings(self) -> list[Finding]:
        """Run every check, now; each bounds its own waiting."""
        findings = [await check() for check in self._checks]
        for finding in findings:
            _check_gauge.set(int(finding.well), {"check": finding.name})
        return findings

    async def alive(self, _: Request) -> JSONResponse:
        """`/healthz`: the process turns; looks at no dependency."""
        return JSONResponse({"service": self._service, "alive": True})

    async def ready(self, _: Request) -> JSONResponse:
        """`/readyz`: 200 while it can do its work for a caller, else 503; and what is wrong."""
        findings = await self.findings()
        is_ready = all(finding.well for finding in findings if finding.vital)
        body = {
            "service": self._service,
            "ready": is_ready,
            "degraded": [finding.name for finding in findings if not finding.well],
            "checks": [asdict(finding) for finding in findings],
        }
        return JSONResponse(body, status_code=200 if is_ready else 503)


def broker_check(broker: Broker, *, vital: bool = True) -> Check:
    """Whether NATS is connected."""

    async def check() -> Finding:
        return Finding("nats", broker.connected, vital=vital)

    return check


def answers_check(answers: Answers) -> Check:
    """Whether questions reach this process."""

    async def check() -> Finding:
        return Finding("answers", answers.listening)

    return check


def database_check(database: Database) -> Check:
    """Whether PostgreSQL answers."""

    async def check() -> Finding:
        return Finding("postgresql", await database.probe())

    return check


def outbox_check(outbox: Outbox, database: Database) -> Check:
    """Whether committed facts reach the stream."""

    async def check() -> Finding:
        if not await database.probe():
            return Finding("outbox", well=False, detail="unknown: no database", vital=False)
        age = await outbox.oldest_age_seconds()
        _outbox_gauge.set(age)
        well = age <= OUTBOX_AGE_MAX_SECONDS
        return Finding("outbox", well, f"oldest fact waits {age:.0f} s", vital=False)

    return check


def consumer_check(broker: Broker, durable: DurableSpec, consumer: Consumer) -> Check:
    """Whether a durable is there and read; vital only once reading has stopped for good."""

    async def check() -> Finding:
        name = durable.name
        if consumer.too_many_dead:
            return Finding(name, well=False, detail="too many facts were given up on")
        try:
            async with asyncio.timeout(ASK_SECONDS):
                waiting = await waiting_for(broker, durable)
        except (NatsError, NotConnected, TimeoutError):
            return Finding(name, well=False, detail="unknown: no answer of NATS", vital=False)
        if waiting is None:
            return Finding(name, well=False, detail="the durable is gone", vital=False)
        _waiting_gauge.set(waiting, {"durable": name})
        return Finding(name, consumer.healthy, f"{waiting} facts wait", vital=False)

    return check
