"""Numbers by the API: from the search to the release, with the carrier played behind it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from services.ingress.app import create as create_ingress
from services.ingress.settings import Settings as IngressSettings
from services.router.desk import numbers_clerk
from tests.kit.hosting import AUTH_TOKEN, BASE_URL, alive, eventually, is_whole, settings_of
from tests.kit.played_rest import PlayedRest, played_rest
from tests.service.console.stage import ACCOUNT_SID, Asker, Stage


@pytest_asyncio.fixture(loop_scope="module")
async def rest(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PlayedRest]:
    """The carrier, with an ingress before it."""
    monkeypatch.setattr(numbers_clerk, "EVERY_SECONDS", 0.05)
    monkeypatch.setattr(numbers_clerk, "PAUSE_SECONDS", 0.05)
    async with played_rest(ACCOUNT_SID, AUTH_TOKEN) as rest:
        settings = settings_of(
            IngressSettings,
            nats_url=stage.nats_url,
            public_base_url=BASE_URL,
            folder=tmp_path,
            twilio_account_sid=ACCOUNT_SID,
            twilio_auth_token=AUTH_TOKEN,
            twilio_api_base_url=rest.url,
        )
        async with alive(create_ingress(settings)) as app:
            await eventually(lambda: is_whole(app))
            yield rest


async def bought(owner: Asker, purchase_id: str) -> dict[str, Any]:
    """A purchase, once all its numbers are set up."""

    async def whole() -> dict[str, Any] | None:
        now: dict[str, Any] = await owner.get(f"numbers/purchases/{purchase_id}")
        setups = {line["setup"] and line["setup"]["state"] for line in now["lines"]}
        return now if setups == {"configured"} else None

    return await eventually(whole)


async def test_numbers_from_the_search_to_the_purchase(stage: Stage, rest: PlayedRest) -> None:
    owner = stage.owner
    bad = await owner("GET", "numbers/search", params={"area_code": "12"})
    assert (bad.status_code, bad.json()["errors"][0]["path"]) == (422, "query.area_code")
    found = await owner.get("numbers/search", params={"area_code": "415", "limit": 2})
    numbers = [one["number"] for one in found["numbers"]]

    pool = await owner.post("pools", {"name": "visitors"})
    body = {"numbers": numbers, "pool_id": pool["document"]["id"]}
    key = {"Idempotency-Key": "one purchase"}
    purchase = await owner.post("numbers/purchases", body, headers=key)
    again = await owner("POST", "numbers/purchases", json=body, headers=key)
    assert (again.status_code, again.json()["id"]) == (202, purchase["id"])
    other = {**body, "numbers": numbers[:1]}
    reused = await owner("POST", "numbers/purchases", json=other, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")

    whole = await bought(owner, purchase["id"])
    assert [line["number"] for line in whole["lines"]] == numbers
    assert len(rest.made("POST", "IncomingPhoneNumbers.json")) == 2
    listed = (await owner.get("numbers/purchases"))["purchases"]
    assert [one["id"] for one in listed] == [purchase["id"]]


async def test_the_key_of_a_purchase_names_it_to_its_owner_too(
    stage: Stage, rest: PlayedRest
) -> None:
    """Where the console forgets that a request was done, the router does not."""
    owner, key = stage.owner, {"Idempotency-Key": "one purchase"}
    body = {"numbers": ["+12125550100"]}
    purchase = await owner.post("numbers/purchases", body, headers=key)
    await stage.app.state.guard._limits.release(owner.account_id, "one purchase")
    again = await owner.post("numbers/purchases", body, headers=key)
    assert again["id"] == purchase["id"]
    await bought(owner, purchase["id"])
    assert len(rest.made("POST", "IncomingPhoneNumbers.json")) == 1


async def test_a_number_shows_whom_it_serves_and_is_given_back(
    stage: Stage, rest: PlayedRest
) -> None:
    owner = stage.owner
    pool = await owner.post("pools", {"name": "visitors"})
    body = {"numbers": ["+12125550100"], "pool_id": pool["document"]["id"]}
    purchase = await bought(owner, (await owner.post("numbers/purchases", body))["id"])
    listed = await owner.get("numbers", params={"status": "pool"})
    standing = listed["items"][0]["standing"]
    assert (standing["availability"], standing["holder_name"]) == ("pool", "visitors")
    assert standing["setup"]["state"] == "configured"
    assert (await owner.get("numbers", params={"status": "available"}))["items"] == []
    assert (await owner.post("numbers/check", {}))["total"] == 1

    id = purchase["lines"][0]["number_id"]
    based = {"If-Match": f'"{(await owner.get(f"numbers/{id}"))["version"]}"'}
    wrong = {"drain_seconds": -1}
    refused = await owner("POST", f"numbers/{id}/release", json=wrong, headers=based)
    assert refused.json()["errors"][0]["path"] == "body.drain_seconds"
    leaving = await owner.post(f"numbers/{id}/release", {"drain_seconds": 0}, headers=based)
    assert leaving["leaves_at"]

    async def gone() -> bool | None:
        return (await owner("GET", f"numbers/{id}")).status_code == 404 or None

    assert await eventually(gone)
    assert rest.carrier.ledger.numbers == {}


async def is_not_taken_away(owner: Asker, id: str) -> None:
    """Nor is it moved, taken out of use, or pruned."""
    row = await owner.get(f"numbers/{id}")
    based = {"If-Match": f'"{row["version"]}"'}
    moved = {**row["document"], "pool_id": None}
    for method, path, body, field in (
        ("PUT", f"numbers/{id}", moved, "body.pool_id"),
        ("DELETE", f"numbers/{id}", None, "key"),
        ("POST", "configuration/apply", {"document": "format: 1", "prune": True}, None),
        ("POST", "import", {"configuration": {"numbers": [moved]}}, None),
    ):
        no = await owner(method, path, json=body, headers=based)
        assert no.status_code in (409, 422), no.text
        assert no.json()["code"] == "leased"
        (error,) = no.json()["errors"]
        assert "a visitor has +12125550100 until" in error["problem"]
        assert field is None or error["path"] == field, error
    assert (await owner.get(f"numbers/{id}"))["version"] == row["version"]


async def test_a_number_that_a_visitor_has_is_not_given_back_under_her(
    stage: Stage, rest: PlayedRest
) -> None:
    owner = stage.owner
    pool = await owner.post("pools", {"name": "visitors"})
    body = {"numbers": ["+12125550100"], "pool_id": pool["document"]["id"]}
    purchase = await bought(owner, (await owner.post("numbers/purchases", body))["id"])
    id = purchase["lines"][0]["number_id"]

    def line(change: str) -> int:
        with psycopg.connect(stage.database_url) as sql:
            return sql.execute(
                f"UPDATE tracking.line SET {change} WHERE number_id = %s", [id]
            ).rowcount

    async def lent() -> bool | None:
        return line("until = now() + interval '1 hour'") == 1 or None

    await eventually(lent)
    await is_not_taken_away(owner, id)
    based = {"If-Match": f'"{(await owner.get(f"numbers/{id}"))["version"]}"'}
    await owner.post(f"numbers/{id}/release", {"drain_seconds": 0}, headers=based)

    async def waits() -> bool | None:
        setup = (await owner.get(f"numbers/{id}"))["standing"]["setup"]
        left = datetime.fromisoformat(setup["due_at"]) - datetime.now(UTC)
        return True if setup["state"] == "draining" and left > timedelta(minutes=30) else None

    await eventually(waits)
    assert len(rest.carrier.ledger.numbers) == 1

    async def withdrawn() -> bool | None:
        """Nobody new gets it, once tracking has heard."""
        with psycopg.connect(stage.database_url) as sql:
            asked = "SELECT pool_id FROM tracking.line WHERE number_id = %s"
            return sql.execute(asked, [id]).fetchone() == (None,) or None

    assert await eventually(withdrawn)
    line("until = now()")
    with psycopg.connect(stage.database_url) as sql:
        sql.execute("UPDATE router.number_setup SET due_at = now()")

    async def gone() -> bool | None:
        return (await owner("GET", f"numbers/{id}")).status_code == 404 or None

    assert await eventually(gone)


async def test_while_the_carrier_cannot_be_asked_orders_are_kept(stage: Stage) -> None:
    answer = await stage.owner("GET", "numbers/search")
    assert (answer.status_code, answer.json()["owner"]) == (503, "router")
    purchase = await stage.owner.post("numbers/purchases", {"numbers": ["+12125550100"]})
    assert [line["state"] for line in purchase["lines"]] == ["ordered"]
    twice = await stage.owner("POST", "numbers/purchases", json={"numbers": ["+12125550100"]})
    assert (twice.status_code, twice.json()["errors"][0]["path"]) == (409, "body.numbers.0")
