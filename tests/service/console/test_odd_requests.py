"""Whatever a request says, by the API's document or against it: never a server error."""

import asyncio
import contextlib
import os
from collections import Counter
from typing import Any

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from services.console.app import API
from tests.service.console.stage import Stage, a_routed_campaign

EXAMPLES = 200 if os.environ.get("LONG") else 2  # of each operation, well formed and not, each
SERVER_ERROR = 500
UNBOUND = 10_000_000  # requests a minute: how many are too many is another test's question
ENDS_THE_ASKER = frozenset(("DELETE /session", "PUT /session/password"))  # asked by their own tests
AWAY = {"GET /numbers/search": 503}  # the carrier is not there, which is said so
STREAM = "GET /live"  # an answer without end


def label_of(operation: Any) -> str:
    """Its method, and its path below the API's prefix."""
    label: str = operation.label
    return label.replace(f" {API}", " ")


def ask_oddly(url: str, key: str) -> tuple[Counter[int], list[str]]:
    """Ask every operation; give how often each status came, and what went wrong."""
    document = requests.get(f"{url}{API}/openapi.json", timeout=10).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url)
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"
    statuses: Counter[int] = Counter()
    wrong: list[str] = []

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        label = label_of(operation)
        if label in ENDS_THE_ASKER or label == STREAM:
            continue
        for mode in GenerationMode:

            @hypothesis.settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                derandomize=not os.environ.get("LONG"),
                suppress_health_check=list(HealthCheck),
                phases=[hypothesis.Phase.generate],
            )
            @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: Any) -> None:
                answer = case.call(session=session, timeout=20)
                statuses[answer.status_code] += 1
                if SERVER_ERROR <= answer.status_code != AWAY.get(label_of(case.operation)):
                    wrong.append(f"{answer.status_code} {case.as_curl_command()}\n{answer.text}")

            with contextlib.suppress(Unsatisfiable):  # some operations cannot be asked wrongly
                ask()
    return statuses, wrong


async def test_no_request_makes_a_server_error(stage: Stage) -> None:
    await stage.add_flows()
    await a_routed_campaign(stage.owner, "+15550100000")
    await stage.console(requests_per_minute=UNBOUND)
    key = stage.owner.http.headers["Authorization"].removeprefix("Bearer ")
    statuses, wrong = await asyncio.to_thread(ask_oddly, stage.url, key)
    print(f"{statuses.total()} requests: {dict(sorted(statuses.items()))}")
    assert wrong == []
    assert statuses[200] > 0
    assert statuses[422] > 0
