"""What a service says of itself: alive, ready for a caller, and what is degraded."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from opentelemetry import metrics
from starlette.requests import Request
from starlette.responses import JSONResponse

from libs.runtime.broker import Broker
from libs.runtime.database import Database
from libs.runtime.outbox import Outbox

OUTBOX_AGE_MAX_SECONDS = 30.0  # older facts mean that the stream takes nothing

_check_gauge = metrics.get_meter("health").create_gauge(
    "health.check", description="1 where a check of the service is well, 0 where it is not"
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
        well = age <= OUTBOX_AGE_MAX_SECONDS
        return Finding("outbox", well, f"oldest fact waits {age:.0f} s", vital=False)

    return check
