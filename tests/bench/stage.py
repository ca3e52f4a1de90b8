"""What a run stands on: PostgreSQL and NATS of its own, fresh databases, programs on free ports.

Everything is a child of this process and is ended by its own id.
"""

import http.client
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.servers import NatsServer, PostgresServer
from deploy.local.servers.ports import free_port
from deploy.local.servers.process import Child, Command

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60.0  # six seconds on a busy machine: importing a service costs two of CPU
STOP_WITHIN_S = 15.0  # a service that drains needs a few; the rest is killed
POLL_S = 0.02  # between two looks at a starting program
LOOK_WITHIN_S = 2.0  # one look
QUOTED_LINES = 15  # a program says why it gave up in its last lines
# The same for every program measured, the product's services among them.
SERVER_OPTIONS = (
    *("--host", "127.0.0.1"),
    *("--loop", "uvloop"),
    *("--http", "httptools"),
    *("--log-level", "warning"),
    "--no-access-log",
)


class NotReady(Exception):
    """A program died or stayed silent while starting; the message quotes its log."""


@dataclass
class Program:
    """One running process of those measured; `name` is what its CPU time is booked under."""

    name: str
    child: Child
    log: Path
    port: int | None = None

    @property
    def base(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self, path: str, is_well: Callable[[bytes], bool] = bool) -> None:
        """Wait until `path` answers 200 with a body that `is_well`.  Raises NotReady."""
        assert self.port is not None
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at:
            if self.child.ended:
                raise NotReady(f"{self.name} died:\n{self.last_words()}")
            answer = look(self.port, path)
            if answer is not None and is_well(answer):
                return
            time.sleep(POLL_S)
        raise NotReady(f"{self.name} is not ready after {READY_WITHIN_S:g} s:\n{self.last_words()}")

    def last_words(self) -> str:
        """Quote the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-QUOTED_LINES:])


@dataclass
class Stage:
    """One run's servers and folder."""

    folder: Path
    postgres: PostgresServer
    _stack: ExitStack = field(default_factory=ExitStack)

    def database(self, name: str, template: str = "template0") -> str:
        """Make a fresh database and give its address; one of that name is dropped first."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            fresh, copied = sql.Identifier(name), sql.Identifier(template)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(fresh))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(fresh, copied))
        return self.postgres.url_of(name)

    def has_database(self, name: str) -> bool:
        """Whether a database of that name is there."""
        with psycopg.connect(self.postgres.url) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            return found.fetchone() is not None

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        with psycopg.connect(self.postgres.url, autocommit=True) as connection:
            gone = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            connection.execute(gone.format(sql.Identifier(name)))

    @contextmanager
    def nats(self, name: str) -> Iterator[NatsServer]:
        """Run a NATS server with an empty store while the block lasts."""
        server = NatsServer(self.folder / f"nats-{name}")
        server.start()
        try:
            yield server
        finally:
            server.discard()

    @contextmanager
    def serving(
        self, name: str, factory: str, environment: Mapping[str, str], port: int | None = None
    ) -> Iterator[Program]:
        """Serve an ASGI app, named as `module:factory`, while the block lasts."""
        port = port or free_port()
        command = ("-m", "uvicorn", "--factory", factory, "--port", str(port), *SERVER_OPTIONS)
        with self.running(name, command, environment) as program:
            program.port = port
            yield program

    @contextmanager
    def running(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> Iterator[Program]:
        """Run our Python with these arguments while the block lasts."""
        log = self.folder / f"{name}.log"
        child = Child(
            Command(
                [sys.executable, *arguments],
                folder=ROOT,
                log=log,
                environment={**inherited(), **environment},
                farewell=signal.SIGTERM,
            )
        )
        try:
            yield Program(name, child, log)
        finally:
            child.stop(STOP_WITHIN_S)


@contextmanager
def open_stage() -> Iterator[Stage]:
    """Start PostgreSQL with its durable defaults in a temporary folder; remove all in the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        postgres = PostgresServer(folder / "postgres")
        postgres.start()
        try:
            yield Stage(folder, postgres)
        finally:
            postgres.discard()


def inherited() -> dict[str, str]:
    """What a program may know of our environment: no setting of the user's may steer it."""
    kept = ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def look(port: int, path: str) -> bytes | None:
    """Look once; None: nobody answers, or not with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LOOK_WITHIN_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
