"""The kit gives each test servers without anything of another test."""

import os
import time
from pathlib import Path

import psycopg
import pytest

from deploy.local.servers.process import Folder
from tests.kit.engine import FOLDER_PREFIX, LEFT_AFTER_S, sweep
from tests.kit.nats import Nats, connection_to, delete_streams
from tests.kit.postgres import Databases, Templates


def names(templates: Templates) -> set[str]:
    with psycopg.connect(templates.url_of("postgres")) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_two_databases_of_one_test_share_nothing(databases: Databases) -> None:
    one, other = databases.fresh(), databases.fresh()
    with psycopg.connect(one) as connection:
        connection.execute("CREATE TABLE mine ()")

    with psycopg.connect(other) as connection:
        assert connection.execute("SELECT to_regclass('mine')").fetchone() == (None,)


def test_databases_are_dropped_even_while_somebody_is_connected(
    database_templates: Templates,
) -> None:
    database_templates.name_for(())
    before = names(database_templates)
    made = Databases(database_templates)
    with psycopg.connect(made.empty()) as forgotten:
        assert names(database_templates) > before

        made.drop()

        assert names(database_templates) == before
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("SELECT 1")


def test_a_database_of_all_services_is_there(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_folders_that_killed_runs_left_are_swept_and_those_in_use_are_not(tmp_path: Path) -> None:
    left, used, young = (tmp_path / f"{FOLDER_PREFIX}{name}" for name in ("left", "used", "young"))
    running = Folder(used)
    for folder in (left, young):
        folder.mkdir()
        (folder / "log").write_text("")
    running.claim()
    for folder in (left, used):
        long_ago = time.time() - LEFT_AFTER_S - 1
        os.utime(folder, (long_ago, long_ago))

    sweep(tmp_path)

    assert not left.exists()
    assert used.exists()
    assert young.exists()
    running.release()


async def test_no_stream_of_an_earlier_test_is_left(nats_server: Nats, nats_url: str) -> None:
    async with connection_to(nats_url) as client:
        jetstream = client.jetstream()
        await jetstream.add_stream(name="EARLIER", subjects=["earlier"])
        await jetstream.create_key_value(bucket="earlier")

        await delete_streams(nats_server.url)

        assert await jetstream.streams_info() == []
