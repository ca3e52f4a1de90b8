"""A PostgreSQL server of our own as a child process, on loopback only, with its data in one folder.

The folder holds `lock`, `log` and `cluster`, and in that `password` and `data`. If we are root and
the cluster had to go elsewhere (see programs.py), a file `place` says where.
"""

import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local.servers.ports import LOOPBACK, free_port
from deploy.local.servers.process import Command, end_orphans
from deploy.local.servers.programs import Place, find_place, find_programs
from deploy.local.servers.server import Server, ServerDied

DATABASE = "callcenter"
USER = "postgres"
READY_WITHIN_S = (
    60.0  # a start takes 0.05 s; recovery replays up to a checkpoint's worth of changes
)
STOP_WITHIN_S = 20.0  # a fast shutdown writes one checkpoint; a slow disk needs seconds for it
INITDB_WITHIN_S = 120.0  # takes 0.4 s on a fast disk and writes 40 MB
CONNECT_WITHIN_S = 2  # the least that libpq knows
PASSWORD_BYTES = 24

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # their paths are limited to 107 bytes, a checkout may be deep
    "max_connections": "200",  # six services with their pools, the demo and somebody's psql
    "shared_buffers": "128MB",
    # Our clients give up after 2 s; one that did so in the middle holds up every DROP DATABASE.
    "authentication_timeout": "5s",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
# For data that nobody misses after a power cut. A killed server loses no commit by them, as what it
# has written is the kernel's: `synchronous_commit` stays on for that.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer(Server):
    """A PostgreSQL server with the product's database in it."""

    program = "postgres"
    farewell = signal.SIGINT  # its "fast" shutdown: end the sessions, write a checkpoint, exit
    ready_within_s = READY_WITHIN_S
    stop_within_s = STOP_WITHIN_S

    def __init__(self, folder: Path, port: int | None = None, *, durable: bool = True) -> None:
        """Prepare a server; `port` is a wish, `durable` survives also a power cut."""
        super().__init__(folder)
        self._wanted_port = port
        self._durable = durable
        self._port: int | None = None
        self._place: Place | None = None
        self._password = ""

    @property
    def port(self) -> int:
        """Return the port it listens on, known from the first start on."""
        assert self._port is not None, "the server was never started"
        return self._port

    @property
    def url(self) -> str:
        """Return the address of the product's database."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://{USER}:{self._password}@{LOOPBACK}:{self.port}/{database}"

    def discard(self) -> None:
        """Stop it and delete its data, wherever they are."""
        super().discard()
        if self._place is not None:
            shutil.rmtree(self._place.path, ignore_errors=True)

    @property
    def _data(self) -> Path:
        assert self._place is not None, "the server was never started"
        return self._place.path / "data"

    def _prepare(self) -> None:
        self._place = find_place(self._folder.path)
        if self._data.exists():
            end_orphans(self._data, self.program, self.farewell, self.stop_within_s)
            # Nothing runs here now. The process id in a stale lock file may by now be another
            # program's, before which PostgreSQL would give up.
            (self._data / "postmaster.pid").unlink(missing_ok=True)
        else:
            make_cluster(self._place, durable=self._durable)
        self._password = (self._place.path / "password").read_text()

    def _choose_ports(self) -> None:
        self._port = free_port(self._wanted_port)

    def _command(self) -> Command:
        assert self._place is not None
        settings = {**SETTINGS, "port": str(self.port), **({} if self._durable else NOT_DURABLE)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Command(
            [str(find_programs() / self.program), "-D", str(self._data), *options],
            folder=self._place.path,
            log=self._log,
            environment=environment(),
            farewell=self.farewell,
            account=self._place.account,
        )

    def _is_ready(self) -> bool:
        address = self.url_of("postgres")
        try:
            with psycopg.connect(
                address, autocommit=True, connect_timeout=CONNECT_WITHIN_S
            ) as connection:
                if not is_of(connection, self._data):
                    return False  # somebody else's server was faster at the port, ours will say so
                make_database(connection)
                return True
        except psycopg.OperationalError:
            return False


def is_of(connection: "psycopg.Connection[tuple[str]]", data: Path) -> bool:
    """Say whether this connection leads to the server of these data."""
    answer = connection.execute("SHOW data_directory").fetchone()
    return answer is not None and Path(answer[0]) == data


def make_database(connection: "psycopg.Connection[tuple[str]]") -> None:
    """Create the product's database if it is missing."""
    question = "SELECT 1 FROM pg_database WHERE datname = %s"
    if connection.execute(question, [DATABASE]).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def environment() -> dict[str, str]:
    """Return what the programs learn of our environment: no PG* variable may steer them."""
    return {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


def make_cluster(place: Place, *, durable: bool) -> None:
    """Make an empty cluster with a fresh password; an interruption leaves no half of one."""
    unfinished, password = place.path / "data.unfinished", place.path / "password"
    shutil.rmtree(unfinished, ignore_errors=True)
    write_password(password, place)
    account = place.account
    made = subprocess.run(
        [
            str(find_programs() / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={USER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            # Slow hashes protect guessable passwords. Ours is drawn: connect in 1.7 ms, not 4.3.
            "--set=scram_iterations=1",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",  # sorts alike on every system
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ],
        cwd=place.path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=INITDB_WITHIN_S,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if made.returncode != 0:
        raise ServerDied(f"initdb failed:\n{made.stdout}{made.stderr}")
    unfinished.rename(place.path / "data")


def write_password(path: Path, place: Place) -> None:
    """Draw a password and write it where only the server's account, and root, can read it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(PASSWORD_BYTES))
    if place.account is not None:
        os.chown(path, place.account.uid, place.account.gid)
