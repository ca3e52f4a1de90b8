"""A backup that is restored is what was backed up, and who rehearses it sees where it is not."""

from pathlib import Path

import psycopg
import pytest

from deploy.local.servers.programs import INSTALLATION, site_of_wheel
from deploy.rehearse_restore import differing, rehearse, sums_of
from tests.kit.postgres import Databases

ROWS = """
INSERT INTO router.outbox (id, subject, payload, headers, created_at)
SELECT gen_random_uuid(), 'event.test.said.v1', repeat('x', n), '{}', now()
FROM generate_series(1, 500) AS n
"""


async def test_a_backup_is_restored_and_compared(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(site_of_wheel() / INSTALLATION / "bin"))
    source, restored = databases.fresh(), databases.empty()
    with psycopg.connect(source) as connection:
        connection.execute(ROWS)

    done = await rehearse(source, restored, tmp_path / "backup")
    assert done.well, done
    assert done.rows >= 500


def test_what_is_missing_or_different_is_named(databases: Databases) -> None:
    one, other = databases.fresh(), databases.fresh()
    with psycopg.connect(one) as connection, psycopg.connect(other) as damaged:
        connection.execute(ROWS)
        damaged.execute("DROP TABLE flows.outbox")
        before, after = sums_of(connection), sums_of(damaged)

    assert differing(before, after) == ("flows.outbox", "router.outbox")
