"""Every text of a schema is gone through in steps: a number replaced, secrets sealed anew."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest

from libs.runtime import sweeping
from libs.runtime.database import Database
from libs.runtime.replacing import Replacing
from libs.runtime.resealing import Resealing
from libs.runtime.seal import Seal
from tests.kit.postgres import Databases

OLD, NEW, PURPOSE = "the secret of before", "the secret from now on", "tokens"
SERVICES = Path(__file__).parents[3] / "services"
MINE, OTHERS = uuid4(), uuid4()
TABLES = """
CREATE SCHEMA texts;
CREATE TABLE texts.whole (account_id uuid, name text, document jsonb, tags text[], n int);
CREATE TABLE texts.nobodys (name text);
INSERT INTO texts.nobodys VALUES ('+12125550123');
"""
ROWS = """
INSERT INTO texts.whole
SELECT %s, 'call of +12125550123 or 2125550123', jsonb_build_object('from', '12125550123'),
       ARRAY['92125550123', '+12125550123'], n
FROM generate_series(1, 2000) AS n
"""
PATTERN, INSTEAD = "(?<![0-9])1?2125550123(?![0-9])", "999000000000001"


@pytest.fixture
def url(databases: Databases) -> str:
    made = databases.empty()
    with psycopg.connect(made) as connection:
        connection.execute(TABLES)
        connection.execute(ROWS, [MINE])
        connection.execute(ROWS, [OTHERS])
    return made


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    one = Database(url, "tests")
    await one.open()
    yield one
    await one.close()


async def test_an_accounts_texts_are_changed_step_by_step(
    url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "STEP_SECONDS", 0.0)
    monkeypatch.setattr(sweeping, "BLOCKS", 10)
    texts = Replacing(database, "texts")

    async def swept() -> tuple[int, int]:
        at, rows, steps = "", 0, 0
        while True:
            step = await texts.step(MINE, PATTERN, INSTEAD, at)
            rows, steps = rows + sum(step.found.values()), steps + 1
            if step.at is None:
                return rows, steps
            at = step.at

    rows, steps = await swept()
    assert rows == 2_000
    assert steps > 5
    assert (await swept())[0] == 0
    with psycopg.connect(url) as connection:
        mine = one_row(connection, MINE)
        theirs = one_row(connection, OTHERS)
    assert mine == (
        "call of +999000000000001 or 999000000000001",
        {"from": "999000000000001"},
        ["92125550123", "+999000000000001"],
    )
    assert theirs[1] == {"from": "12125550123"}


def one_row(connection: psycopg.Connection, account_id: UUID) -> tuple[object, ...]:
    rows = connection.execute(
        "SELECT DISTINCT name, document, tags FROM texts.whole WHERE account_id = %s", [account_id]
    ).fetchall()
    assert len(rows) == 1
    return tuple(rows[0])


async def test_secrets_are_sealed_anew_where_they_stand(url: str, database: Database) -> None:
    old, both = Seal(OLD, PURPOSE), Seal(f"{NEW}\n{OLD}", PURPOSE)
    with psycopg.connect(url) as connection:
        row = "INSERT INTO texts.whole (name, document, n) VALUES (%s, %s, -1)"
        document = f'{{"auth": "{old.close("one")}", "kept": "{both.close("two")}"}}'
        connection.execute(row, [old.close("three"), document])
        connection.execute(row, [Seal("stranger", "x").close("four"), "{}"])

    done = await Resealing(database, "texts", both).step("")

    assert (done.anew, done.lost, done.at) == (2, 1, None)
    with psycopg.connect(url) as connection:
        name, document = connection.execute(
            "SELECT name, document FROM texts.whole WHERE document ? 'auth'"
        ).fetchall()[0]
    new = Seal(NEW, PURPOSE)
    assert [new.open(name), new.open(document["auth"]), new.open(document["kept"])] == [
        *("three", "one", "two")
    ]
    assert (await Resealing(database, "texts", both).step("")).anew == 0


def test_whoever_seals_what_it_keeps_seals_it_anew() -> None:
    def services_with(text: str) -> set[str]:
        found = (path for path in SERVICES.rglob("*.py") if text in path.read_text())
        return {path.relative_to(SERVICES).parts[0] for path in found}

    sealing, resealing = services_with(" Seal("), services_with("Resealing(")
    assert sealing - {"ingress"} == resealing, "the ingress keeps a copy of the router's"
