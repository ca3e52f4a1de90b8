"""The three yardsticks, started with a scene configured and stopped again."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from deploy.local.servers.ports import free_port
from tests.bench import lean_store, naive
from tests.bench.forms import Doors
from tests.bench.program import Counts, Running
from tests.bench.scene import AUTH_TOKEN, Scene
from tests.bench.stage import Stage

Contestant = Callable[[Stage, Scene], AbstractContextManager[Running]]
"""Starts a program on a stage with a scene configured, and stops it when the block ends."""


@dataclass(frozen=True)
class Yardstick:
    """A running yardstick; `ask` is the statement that counts, where there is a database."""

    name: str
    doors: Doors
    pids: Mapping[str, int]
    database_url: str = ""
    ask: str = ""

    def counts(self) -> Counts | None:
        """Ask its database; None: it keeps nothing."""
        return counted(self.database_url, self.ask) if self.ask else None


def counted(database_url: str, ask: str) -> Counts:
    """Read one row of (live, rows, ended, over_cap)."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(ask.encode()).fetchone()
        assert row is not None
        return Counts(*(int(value) for value in row))


def doors_at(base: str) -> Doors:
    """The yardsticks' paths."""
    return Doors(base, voice="/voice", status="/status")


@contextmanager
def floor_running(stage: Stage, scene: Scene) -> Iterator[Yardstick]:
    """The web server and one NATS hop; the scene is all the same to it."""
    del scene
    with stage.nats("floor") as server:
        environment = {"NATS_URL": server.url}
        answerer = ("-m", "tests.bench.floor")
        with (
            stage.running("floor-answerer", answerer, environment) as responder,
            stage.serving("floor", "tests.bench.floor:create", environment) as web,
        ):
            web.wait_until_ready("/readyz")
            pids = {
                "web": web.child.pid,
                "answerer": responder.child.pid,
                "nats": server.pid,
            }
            yield Yardstick("floor", doors_at(web.base), pids)


NAIVE_COUNTS = """
WITH live AS (SELECT target_id, count(*) AS n FROM call WHERE leg_ended_at IS NULL GROUP BY 1)
SELECT coalesce((SELECT sum(n) FROM live), 0), (SELECT count(*) FROM call),
       (SELECT count(*) FROM call WHERE ended_at IS NOT NULL),
       (SELECT count(*) FROM live JOIN target ON id = target_id WHERE n > concurrency_cap)
"""
LEAN_COUNTS = """
SELECT (SELECT sum(live) FROM target), (SELECT count(*) FROM call),
       (SELECT count(*) FROM call WHERE ended_at IS NOT NULL),
       (SELECT count(*) FROM target WHERE live > concurrency_cap OR today > daily_cap)
"""


@contextmanager
def naive_running(stage: Stage, scene: Scene) -> Iterator[Yardstick]:
    """The monolith that most people would write."""
    url = stage.database("bench_naive")
    sqlalchemy_url = url.replace("postgresql://", "postgresql+psycopg://")
    seed_naive(sqlalchemy_url, scene)
    environment = {"DATABASE_URL": sqlalchemy_url, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    with stage.serving("naive", "tests.bench.naive:create", environment) as web:
        web.wait_until_ready("/readyz")
        pids = {"web": web.child.pid, "postgres": stage.postgres.pid}
        yield Yardstick("naive", doors_at(web.base), pids, url, NAIVE_COUNTS)
    stage.drop("bench_naive")


@contextmanager
def lean_running(stage: Stage, scene: Scene) -> Iterator[Yardstick]:
    """The monolith by somebody who measures."""
    url = stage.database("bench_lean")
    seed_lean(url, scene)
    port = free_port()
    environment = {
        "DATABASE_URL": url,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
    }
    with stage.serving("lean", "tests.bench.lean:create", environment, port) as web:
        web.wait_until_ready("/readyz")
        pids = {"web": web.child.pid, "postgres": stage.postgres.pid}
        yield Yardstick("lean", doors_at(web.base), pids, url, LEAN_COUNTS)
    stage.drop("bench_lean")


def seed_naive(url: str, scene: Scene) -> None:
    """Make its tables and put the scene in."""
    engine = create_engine(url)
    naive.Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(naive.Campaign(id=id_, active=True) for id_ in scene.campaign_ids)
        session.flush()
        session.add_all(
            naive.Number(number=number, campaign_id=campaign) for number, campaign in scene.numbers
        )
        session.add_all(
            naive.Target(
                id=target.id,
                campaign_id=target.campaign_id,
                number=target.number,
                weight=target.weight,
                concurrency_cap=target.concurrency_cap,
            )
            for target in scene.targets
        )
        session.commit()
    engine.dispose()


def seed_lean(url: str, scene: Scene) -> None:
    """Make its tables and put the scene in."""
    targets: list[tuple[Any, ...]] = [
        (t.id, t.campaign_id, t.number, t.weight, t.concurrency_cap, t.daily_cap)
        for t in scene.targets
    ]
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(lean_store.SCHEMA)
        cursor.executemany("INSERT INTO number VALUES (%s, %s)", scene.numbers)
        cursor.executemany("INSERT INTO target VALUES (%s, %s, %s, %s, %s, %s)", targets)


YARDSTICKS: Mapping[str, Contestant] = {
    "floor": floor_running,
    "naive": naive_running,
    "lean": lean_running,
}
