"""Our PostgreSQL starts whatever happened before, and keeps what it has committed."""

import asyncio
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from deploy.local.servers import FolderInUse, PostgresServer, ServerDied
from deploy.local.servers.postgres import USER
from deploy.local.servers.process import still_alive
from deploy.local.servers.programs import SHELVES
from tests.kit.engine import server_folder
from tests.service.local.life import (
    GONE_WITHIN_S,
    LOOPBACK,
    again,
    keeper_killed,
    listener,
    listens_on,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = server_folder()
    yield folder
    PostgresServer(folder).discard()


def note(server: PostgresServer, text: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (said text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(server: PostgresServer) -> list[str]:
    with psycopg.connect(server.url) as connection:
        return [row[0] for row in connection.execute("SELECT said FROM note ORDER BY said")]


def test_data_and_port_survive_a_stop(own_postgres: PostgresServer) -> None:
    note(own_postgres, "kept")
    before = own_postgres.url

    own_postgres.stop()
    assert not own_postgres.running
    own_postgres.start()

    assert own_postgres.url == before
    assert notes(own_postgres) == ["kept"]


def test_what_was_committed_survives_a_kill(own_postgres: PostgresServer) -> None:
    note(own_postgres, "kept")
    main = psutil.Process(own_postgres.pid)
    family = [main, *main.children(recursive=True)]
    assert len(family) > 3, "the main process has children that must go too"

    own_postgres.kill()
    assert still_alive(family, GONE_WITHIN_S) == []
    own_postgres.start()

    assert notes(own_postgres) == ["kept"]


def test_a_stop_ends_open_sessions(own_postgres: PostgresServer) -> None:
    with psycopg.connect(own_postgres.url) as session:
        began = time.monotonic()
        own_postgres.stop()

        assert time.monotonic() - began < own_postgres.stop_within_s
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")


def test_a_taken_port_leads_to_another(folder: Path) -> None:
    with listener(LOOPBACK) as taken:
        server = PostgresServer(folder, port=taken)
        server.start()
        try:
            assert server.port != taken
            note(server, "reached")
        finally:
            server.stop()


def test_it_can_be_reached_from_this_machine_only_and_with_the_password_only(
    own_postgres: PostgresServer,
) -> None:
    assert listens_on(psutil.Process(own_postgres.pid)) == {LOOPBACK}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://{USER}:guessed@{LOOPBACK}:{own_postgres.port}/postgres")


def test_ctrl_c_in_the_terminal_does_not_reach_it(own_postgres: PostgresServer) -> None:
    assert os.getsid(own_postgres.pid) != os.getsid(0)


def test_a_second_server_on_the_folder_is_refused_and_the_first_lives(folder: Path) -> None:
    first, second = PostgresServer(folder), PostgresServer(folder)
    first.start()
    try:
        with pytest.raises(FolderInUse):
            second.start()
        note(first, "alive")
    finally:
        first.stop()
    second.start()
    try:
        assert notes(second) == ["alive"]
    finally:
        second.stop()


def test_it_dies_with_its_starter_and_the_next_run_continues(folder: Path) -> None:
    orphan = keeper_killed("PostgresServer", folder)
    assert still_alive([orphan], GONE_WITHIN_S) == []

    server = PostgresServer(folder)
    server.start()
    try:
        note(server, "continued")
    finally:
        server.stop()


def test_an_orphan_on_the_same_data_is_ended_first(own_postgres: PostgresServer) -> None:
    note(own_postgres, "kept")

    with again(psutil.Process(own_postgres.pid)) as orphan:
        until_answering(own_postgres)
        own_postgres.start()

        assert orphan.wait(GONE_WITHIN_S) == 0, "it was asked to stop, not killed"
        assert notes(own_postgres) == ["kept"]


def until_answering(server: PostgresServer) -> None:
    give_up_at = time.monotonic() + GONE_WITHIN_S
    while True:
        try:
            psycopg.connect(server.url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
        else:
            return


def test_a_stale_lock_file_that_names_a_living_process_is_no_obstacle(
    own_postgres: PostgresServer,
) -> None:
    """After a reboot the old process id may belong to any other program of the same user."""
    main = psutil.Process(own_postgres.pid)
    owner, lock = main.uids().real, Path(main.cmdline()[2]) / "postmaster.pid"
    stale = lock.read_text().splitlines()
    own_postgres.kill()
    with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as stranger:
        lock.write_text("\n".join([str(stranger.pid), *stale[1:]]) + "\n")

        own_postgres.start()

        assert stranger.poll() is None, "the stranger is left alone"
        stranger.kill()


def test_an_interrupted_first_start_is_no_obstacle(folder: Path) -> None:
    half = folder / "cluster" / "data.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")

    server = PostgresServer(folder)
    server.start()
    server.stop()

    assert not half.exists()


def test_a_server_that_cannot_start_says_why_and_frees_its_folder(
    own_postgres: PostgresServer,
) -> None:
    settings = Path(psutil.Process(own_postgres.pid).cmdline()[2]) / "postgresql.conf"
    own_postgres.stop()
    good = settings.read_text()
    settings.write_text("nonsense = 1\n")

    with pytest.raises(ServerDied, match="unrecognized configuration parameter"):
        own_postgres.start()
    settings.write_text(good)
    own_postgres.start()

    assert own_postgres.running


async def test_it_outlives_the_thread_that_started_it(folder: Path) -> None:
    """The kernel's "parent died" is about threads, and coroutines start servers in passing ones."""
    server = PostgresServer(folder)
    thread = threading.Thread(target=server.start)
    thread.start()
    await asyncio.to_thread(thread.join)
    try:
        await asyncio.sleep(0.3)  # its farewell would need 0.05
        assert server.running
    finally:
        server.stop()


@as_root
def test_data_that_nobody_could_reach_live_on_the_shelf(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    folder = tmp_path / "postgres"
    first, second = PostgresServer(folder), PostgresServer(folder)

    first.start()
    note(first, "kept")
    first.stop()
    shelved = Path((folder / "place").read_text())
    assert shelved.parent in SHELVES
    second.start()
    assert notes(second) == ["kept"]
    second.discard()

    assert not shelved.exists()
    assert not folder.exists()


@as_root
def test_as_root_it_runs_as_an_account_that_owns_nothing(own_postgres: PostgresServer) -> None:
    main = psutil.Process(own_postgres.pid)

    assert main.username() == "nobody"
    assert Path(main.exe()).stat().st_uid == 0, "which cannot change its own program"
