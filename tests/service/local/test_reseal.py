"""Secrets are sealed anew wherever they stand, and what seals is what the services seal for."""

from pathlib import Path

import psycopg
import pytest

from deploy.reseal import PURPOSES, reseal
from libs.runtime.seal import Seal
from tests.kit.postgres import Databases

OLD, NEW = "the secret of before", "the secret from now on"
SERVICES = Path(__file__).parents[3] / "services"
ROW = """
INSERT INTO router.outbox (id, subject, payload, headers, created_at)
VALUES (gen_random_uuid(), 'event.test.said.v1', %s, jsonb_build_object('auth', %s::text), now())
"""


def test_secrets_are_sealed_anew_where_they_stand(databases: Databases) -> None:
    url = databases.fresh()
    old, new = Seal(OLD, PURPOSES["router"]), Seal(NEW, PURPOSES["router"])
    with psycopg.connect(url) as connection:
        connection.execute(ROW, [f'{{"a": "{old.close("one")}", "b": 1}}', old.close("two")])
        connection.execute(ROW, [new.close("three"), Seal("stranger", "x").close("four")])

    done = reseal(url, f"{NEW}\n{OLD}")

    assert (done.anew, done.lost) == (2, 1)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT payload, headers->>'auth' FROM router.outbox WHERE payload LIKE '{%'"
        ).fetchall()
    ((payload, auth),) = rows
    assert new.open(auth) == "two"
    assert new.open(payload.split('"')[3]) == "one"
    assert reseal(url, f"{NEW}\n{OLD}").anew == 0


@pytest.mark.parametrize(("service", "purpose"), PURPOSES.items())
def test_a_purpose_is_the_services_own(service: str, purpose: str) -> None:
    assert f'"{purpose}")' in (SERVICES / service / "app.py").read_text()


def test_no_other_service_seals_what_it_keeps() -> None:
    sealing = {
        path.parent.name for path in SERVICES.glob("*/app.py") if "Seal(" in path.read_text()
    }
    assert sealing - {"ingress"} == set(PURPOSES), "the ingress keeps a copy of the router's"
