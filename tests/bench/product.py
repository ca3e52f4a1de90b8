"""The product as one more program to be measured: its services, as `make run` starts them.

A scene is configured once, through the router's own questions, into a template database;
every start gets a fresh copy of it, a NATS server of its own and fresh processes.
"""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.servers.ports import free_port
from libs.runtime.migrations import migrate_all, migrated_services
from tests.bench.extras import Variant
from tests.bench.forms import Doors
from tests.bench.history import give_history
from tests.bench.program import Counts
from tests.bench.scene import ACCOUNT_SID, AUTH_TOKEN, Scene
from tests.bench.seeding import configure
from tests.bench.stage import Program, Stage
from tests.bench.yardstick import counted

SERVICES = ("router", "tracking", "ingress")  # in the order in which they are ready soonest
VOICE, STATUS = "/api/webhooks/voice", "/api/webhooks/status"
READY = "/readyz"
BUDGET_MS = 5_000  # what a webhook may take by the ingress's own default
SECRET = "a secret of this benchmark alone"

COUNTS = """
SELECT (SELECT coalesce(sum(live), 0) FROM router.counter),
       (SELECT count(*) FROM tracking.call),
       (SELECT count(*) FROM tracking.call WHERE state NOT IN ('ringing', 'connected')),
       (SELECT count(*) FROM router.counter
        JOIN router.target ON target.account_id = counter.account_id AND id = scope_id
        WHERE live > (document->'caps'->>'concurrency')::int
           OR day_count > (document->'caps'->'limits'->0->>'most')::int)
"""


@dataclass(frozen=True)
class Product:
    """The running product."""

    name: str
    doors: Doors
    database_url: str
    pids: Mapping[str, int]
    router: Program

    def counts(self) -> Counts:
        """Ask router and tracking's tables, as an auditor would."""
        return counted(self.database_url, COUNTS)

    def freeze_router(self) -> None:
        """Keep the router from answering while its connections stay open."""
        os.kill(self.router.child.pid, signal.SIGSTOP)

    def kill_router(self) -> None:
        """End the router at once."""
        self.router.child.kill()


@contextmanager
def product_running(stage: Stage, scene: Scene) -> Iterator[Product]:
    """The product with its defaults, as a contestant beside the yardsticks."""
    with variant_running(stage, Variant(scene=scene), "rounds") as product:
        yield product


@contextmanager
def variant_running(stage: Stage, variant: Variant, label: str) -> Iterator[Product]:
    """The product set up as a variant says, under a label of its own."""
    name = f"bench_{label}"
    database_url = stage.database(name, prepared(stage, variant.scene))
    with stage.nats(label) as nats, ExitStack() as stack:
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        environment = environment_of(
            stage.folder / f"ingress-{label}", database_url, nats.url, base
        )
        if variant.telemetry:
            sink = stack.enter_context(
                stage.serving(f"{label}-sink", "tests.bench.sink:create", {})
            )
            environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.base
        programs = {
            service: stack.enter_context(
                stage.serving(
                    f"{label}-{service}",
                    f"services.{service}.app:create",
                    environment,
                    port if service == "ingress" else None,
                )
            )
            for service in SERVICES
        }
        for program in programs.values():
            program.wait_until_ready(READY, is_undegraded)
        pids = {service: program.child.pid for service, program in programs.items()}
        product = Product(
            name="product",
            doors=Doors(base, voice=VOICE, status=STATUS),
            database_url=database_url,
            pids={**pids, "nats": nats.pid, "postgres": stage.postgres.pid},
            router=programs["router"],
        )
        if variant.history:
            give_history(product, database_url, variant.scene, variant.history)
        yield product
    stage.drop(name)


def is_undegraded(answer: bytes) -> bool:
    """Whether a service misses nothing, not even what it could do without."""
    return not json.loads(answer)["degraded"]


def environment_of(spool: Path, database_url: str, nats_url: str, base: str) -> dict[str, str]:
    """What every service is told."""
    spool.mkdir(exist_ok=True)
    return {
        "DATABASE_URL": database_url,
        "NATS_URL": nats_url,
        "INGRESS_PUBLIC_BASE_URL": base,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_API_BASE_URL": "http://127.0.0.1:1",  # nobody is asked
        "SESSION_SECRET": SECRET,
        "INGRESS_DIR": str(spool),
        "LOG_LEVEL": "WARNING",
    }


def prepared(stage: Stage, scene: Scene) -> str:
    """Name the database in which a scene stands configured; make it if it is new."""
    name = f"bench_scene_{scene.campaigns}_{scene.numbers_count}"
    if stage.has_database(name):
        return name
    url = stage.database(name)
    migrate_all(url, migrated_services())
    with stage.nats("scene") as nats:
        environment = environment_of(stage.folder / "no-ingress", url, nats.url, "")
        with stage.serving("scene-router", "services.router.app:create", environment) as router:
            router.wait_until_ready(READY, is_undegraded)
            configure(nats.url, scene)
    return name
