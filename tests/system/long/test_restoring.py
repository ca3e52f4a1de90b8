"""What is restored says what was said before: the same calls, reports, statements and proof."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.servers import PostgresServer
from deploy.local.servers.programs import INSTALLATION, site_of_wheel
from deploy.rehearse_restore import rehearse
from libs.runtime.dead_letters import opened
from libs.runtime.migrations import migrate_all, migrated_services
from libs.runtime.rewind import rewind
from tests.kit.engine import server_folder
from tests.kit.nats import NatsServers
from tests.system.long.keeping import Kept, differences

pytestmark = pytest.mark.skipif("LONG" not in os.environ, reason="two minutes: make test-long")
CALLS = 300
BIN = site_of_wheel() / INSTALLATION / "bin"


@asynccontextmanager
async def kept(nats: str, database: str, folder: Path) -> AsyncIterator[Kept]:
    async with AsyncExitStack() as stack:
        yield Kept(nats, database, folder, stack)


async def test_a_backup_has_everything(
    nats_servers: NatsServers,
    own_postgres: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PG_BIN", str(BIN))
    await asyncio.to_thread(migrate_all, own_postgres.url, migrated_services())
    async with kept(nats_servers().url, own_postgres.url, tmp_path / "a") as world:
        await world.open()
        await world.agree()
        await world.live(CALLS)
        await world.settle_accounts()
        before = await world.told()
        email = world.email

    elsewhere = PostgresServer(server_folder(), durable=False)
    try:
        await asyncio.to_thread(elsewhere.start)
        done = await rehearse(own_postgres.url, elsewhere.url, tmp_path / "backup")
        assert done.well, done
        await asyncio.to_thread(own_postgres.discard)
        async with kept(nats_servers().url, elsewhere.url, tmp_path / "b") as again:
            await again.open_again(email)
            after = await again.told()
    finally:
        await asyncio.to_thread(elsewhere.discard)

    assert differences(before, after) == []
    print(f"\n{done}, {len(before['calls'])} calls, {len(before['ledger-entries'])} entries")


class Archived:
    """A PostgreSQL whose log is kept, and base backups of it."""

    def __init__(self, server: PostgresServer) -> None:
        self.server = server
        with psycopg.connect(server.url, autocommit=True) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
            self.place = Path(row[0]).parent
            self.archive = self.place / "archive"
            self.archive.mkdir()
            self._give(self.archive, self.place)
            copy = f"test ! -f {self.archive}/%f && cp %p {self.archive}/%f"
            connection.execute("ALTER SYSTEM SET archive_mode = 'on'")
            connection.execute(f"ALTER SYSTEM SET archive_command = '{copy}'")
        server.stop()
        server.start()

    def back_up(self) -> Path:
        """A base backup, in a folder for a server of its own."""
        folder = server_folder()
        place = folder / "cluster"
        place.mkdir(mode=0o700)
        shutil.copy(self.place / "password", place / "password")
        whole = ("-D", str(place / "data"), "-X", "none", "-c", "fast")
        program = str(BIN / "pg_basebackup")
        subprocess.run([program, "-d", self.server.url_of("postgres"), *whole], check=True)
        return folder

    def end(self) -> None:
        """Archive what was written, and die."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            row = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()
            assert row is not None
            connection.execute("SELECT pg_switch_wal()")
            while not (self.archive / row[0]).exists():
                connection.execute("SELECT pg_sleep(0.05)")
        self.server.kill()

    def restored(self, folder: Path, moment: datetime) -> PostgresServer:
        """A server on a copy of a base backup, brought forward to a moment."""
        copy = server_folder()
        shutil.copytree(folder / "cluster", copy / "cluster")
        data = copy / "cluster" / "data"
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"archive_mode = 'off'\nrestore_command = 'cp {self.archive}/%f %p'\n"
                f"recovery_target_time = '{moment.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (data / "recovery.signal").touch()
        for path in (copy / "cluster", *(copy / "cluster").rglob("*")):
            self._give(path, self.place)
        server = PostgresServer(copy, durable=False)
        server.start()
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
            while is_true(connection, "SELECT pg_is_in_recovery()"):
                connection.execute("SELECT pg_sleep(0.05)")
        return server

    @staticmethod
    def _give(path: Path, like: Path) -> None:
        owner = like.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def is_true(connection: psycopg.Connection, question: str) -> bool:
    row = connection.execute(question).fetchone()
    assert row is not None
    return bool(row[0])


async def test_a_moment_between_two_calls(
    nats_servers: NatsServers, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    """The base backup is older than the moment; calls since then are in the stream alone."""
    archived = await asyncio.to_thread(Archived, own_postgres)
    await asyncio.to_thread(migrate_all, own_postgres.url, migrated_services())
    nats = nats_servers()
    async with kept(nats.url, own_postgres.url, tmp_path / "a") as world:
        await world.open()
        await world.agree()
        await world.live(CALLS // 5)
        backup = await asyncio.to_thread(archived.back_up)
        await world.live(CALLS // 5)
        await world.settle_accounts()
        before = await world.told()
        moment = datetime.now(UTC)
        await world.live(CALLS // 5)
        after = await world.told()
        email = world.email
        await asyncio.to_thread(archived.end)

    for nats_url in (nats_servers().url, nats.url):  # what was read there is read
        async with (
            again_at(archived, backup, moment) as restored,
            kept(nats_url, restored.url, tmp_path / "b") as world,
        ):
            await world.open_again(email)
            assert differences(before, await world.told()) == []

    async with again_at(archived, backup, moment) as restored:
        async with opened(nats.url, None, None) as jetstream:
            rewound = await rewind(jetstream, moment - timedelta(minutes=1))
        assert rewound["tracking-calls"] > 0
        async with kept(nats.url, restored.url, tmp_path / "d") as world:
            await world.open_again(email)

            found = await world.told()
    for told in (after, found):
        for name in told:
            if name.startswith("/calls/") and not is_lost(name):
                told[name]["attribution"] = None  # which visit had the number is in no fact
    assert {name for name in differences(after, found) if not is_lost(name)} == set()
    assert owed(found) == owed(after), "nothing is owed twice, and nothing less"


def is_lost(name: str) -> bool:
    """What is in no fact: how calls since were decided and sold, and visits since.

    Books name fewer entries: what was booked and taken back meanwhile is not booked again.
    """
    why = name.endswith("/explanation") or name.startswith("/auctions/")
    booked = name in ("balances", "ledger-entries", "proof") or name.startswith("statement")
    return why or booked or name in ("auctions", "visits", "visit report")


def owed(told: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Who owes how much."""
    return [(one["book"], one["party"], one["money"]) for one in told["balances"]]


@asynccontextmanager
async def again_at(
    archived: Archived, backup: Path, moment: datetime
) -> AsyncIterator[PostgresServer]:
    server = await asyncio.to_thread(archived.restored, backup, moment)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.discard)
