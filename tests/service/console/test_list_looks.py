"""People keep how they look at lists: columns and views, each her own, in each account of hers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from services.console.store import list_looks
from tests.kit.nats import Nats
from tests.kit.postgres import Databases, Templates
from tests.service.console.stage import PASSWORD, Asker, Stage, lone_console

LISTS = "session/lists"
COLUMNS = {"visible": {"target": True}, "order": ["caller", "arrived"], "widths": {"caller": 180}}
FLORIDA = {
    "name": "Florida",
    "search": {"where": ["state=FL"], "talk_least": 60, "duplicate": False},
    "columns": COLUMNS,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alone(nats_server: Nats, database_templates: Templates) -> AsyncIterator[Stage]:
    """A console without the services that it asks: looks are its own."""
    databases = Databases(database_templates)
    async with lone_console(nats_server.url, databases.fresh()) as stage:
        yield stage
    databases.drop()


async def test_a_list_is_as_one_has_left_it_wherever_one_signs_in(alone: Stage) -> None:
    ann = await alone.browser()
    await ann.put(f"{LISTS}/Calls/columns", COLUMNS)
    await ann.put(f"{LISTS}/Calls/views", FLORIDA)
    await ann.put(f"{LISTS}/Calls/views", {"name": "all of them"})
    await ann.put(f"{LISTS}/RTB targets/views", {"name": "Paused", "search": {"status": "paused"}})
    await ann.put(f"{LISTS}/Calls/views", FLORIDA | {"columns": None})  # of the same name

    http = alone.client()  # another browser of hers
    email = (await ann.get("session"))["email"]
    given = {"email": email, "password": PASSWORD, "account_id": str(ann.account_id)}
    assert (await http.post("session", json=given)).is_success
    kept: dict[str, Any] = (await http.get(LISTS)).json()
    assert kept["Calls"] == {
        "columns": COLUMNS,
        "views": [
            {"name": "all of them", "search": {}, "columns": None},
            FLORIDA | {"columns": None},
        ],
    }
    assert [view["name"] for view in kept["RTB targets"]["views"]] == ["Paused"]
    bob = await alone.browser()  # of the same account
    assert await bob.get(LISTS) == {}

    await ann.delete(f"{LISTS}/Calls/columns")
    await ann.delete(f"{LISTS}/Calls/columns")  # as they are already
    await ann.delete(f"{LISTS}/Calls/views?name=Florida")
    assert (await ann("DELETE", f"{LISTS}/Calls/views?name=Florida")).status_code == 404
    left = (await ann.get(LISTS))["Calls"]
    assert (left["columns"], [view["name"] for view in left["views"]]) == (None, ["all of them"])


async def test_what_no_list_could_have_is_refused(alone: Stage) -> None:
    ann = await alone.browser()
    for path, body, field in (
        ("Calls/columns", {"widths": {"caller": 5}}, "body.widths.caller"),
        ("Calls/columns", {"visible": {f"c{n}": True for n in range(101)}}, "body.visible"),
        ("Calls/views", {"name": " "}, "body.name"),
        ("Calls/views", {"name": "x" * 61}, "body.name"),
        ("Calls/views", {"name": "odd", "search": {"a": {"b": 1}}}, "body.search.a"),
        ("Calls/views", {"name": "odd", "more": 1}, "body.more"),
        ("<b>/columns", {}, "path.list_name"),
    ):
        answer = await ann("PUT", f"{LISTS}/{path}", json=body)
        assert answer.status_code == 422, answer.text
        assert any(one["path"].startswith(field) for one in answer.json()["errors"]), answer.text


async def test_one_keeps_only_so_many(alone: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_looks, "LOOKS_MAX", 2)
    ann: Asker = await alone.browser()
    await ann.put(f"{LISTS}/Calls/columns", COLUMNS)
    await ann.put(f"{LISTS}/Calls/views", FLORIDA)
    answer = await ann("PUT", f"{LISTS}/Calls/views", json={"name": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many")
    await ann.put(f"{LISTS}/Calls/views", FLORIDA)  # in the place of what is kept
    key = await alone.owner("GET", LISTS)
    assert key.status_code == 403, "a key is nobody's session"
