"""Tracking tags, URL parameters and visits at the API; websites themselves are not heard there."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio

from tests.kit.hosting import eventually
from tests.service.console.stage import Stage, a_routed_campaign

NUMBER = "+18005550100"
NOBODYS = "018f3b1c-0000-7000-8000-00000000000f"


@pytest_asyncio.fixture(loop_scope="module")
async def ours(stage: Stage) -> dict[str, Any]:
    return await a_routed_campaign(stage.owner, NUMBER)


async def refused(stage: Stage, path: str, body: dict[str, Any]) -> tuple[int, str, str]:
    answer = await stage.owner("POST", path, json=body)
    told = answer.json()
    return answer.status_code, told["code"], told["errors"][0]["path"]


async def test_a_tag_is_made_changed_and_written_for(stage: Stage, ours: dict[str, Any]) -> None:
    tag = ours["tracking-tags"]
    path = f"tracking-tags/{tag['document']['id']}"
    assert len(tag["document"]["code"]) == 16  # drawn, for none was given
    changed = {**tag["document"], "numbers_to_replace": ["800-555-0199"], "domains": ["a.com"]}
    newer = await stage.owner.put(path, changed, tag["version"])
    stale = await stage.owner(
        "PUT", path, json=tag["document"], headers={"If-Match": f'"{tag["version"]}"'}
    )
    assert stale.status_code == 409
    assert stale.json()["current_version"] == newer["version"]

    wanted = {"landing": "https://a.com/roofs", "preset": "email", "parameters": {"promo": "x"}}
    snippet = await stage.owner.post(f"{path}/snippet", wanted)
    assert f'data-tag="{tag["document"]["code"]}"' in snippet["script"]
    assert snippet["url"] == ("https://a.com/roofs?utm_source=newsletter&utm_medium=email&promo=x")
    history = f"audit?noun=tracking_tag&key={tag['document']['id']}"

    async def told() -> list[Any] | None:
        entries = (await stage.owner.get(history))["items"]
        return entries if len(entries) == 2 else None

    newest, first = await eventually(told)
    assert (first["before"], newest["before"]["domains"], newest["after"]["domains"]) == (
        None,
        [],
        ["a.com"],
    )
    twin = {**changed, "id": str(uuid4()), "name": "twin"}
    assert await refused(stage, "tracking-tags", twin) == (409, "taken", "body.code")
    await stage.owner.delete(path, newer["version"])
    assert (await stage.owner("GET", path)).status_code == 404

    await what_cannot_be_is_refused_at_its_field(stage, ours)


async def what_cannot_be_is_refused_at_its_field(stage: Stage, ours: dict[str, Any]) -> None:
    campaign, pool, line = (
        ours[kind]["document"]["id"] for kind in ("campaigns", "pools", "numbers")
    )
    site = {"name": "site", "campaign_id": campaign}
    for more, expected in (
        ({"pool_id": NOBODYS}, (422, "points_nowhere", "body.pool_id")),
        ({"pool_id": pool, "campaign_id": NOBODYS}, (422, "points_nowhere", "body.pool_id")),
        ({"number_id": line}, (422, "points_nowhere", "body.number_id")),  # it is in a pool
        ({}, (422, "malformed", "body")),
        ({"pool_id": pool, "number_id": line}, (422, "malformed", "body")),
        ({"pool_id": pool, "idle_seconds": 1}, (422, "malformed", "body.idle_seconds")),
        ({"pool_id": pool, "domains": ["x y"]}, (422, "malformed", "body.domains.0")),
        (
            {"pool_id": pool, "code": ours["pools"]["document"]["id"] + "!"},
            (422, "malformed", "body.code"),
        ),
    ):
        assert await refused(stage, "tracking-tags", {**site, **more}) == expected
    for name, parameter, tag in (("parameter", "promo", "other"), ("tag", "other", "promo")):
        body = {"name": "x", "parameter": parameter, "tag": tag}
        assert await refused(stage, "url-parameters", body) == (409, "taken", f"body.{name}")


async def test_visits_are_listed_by_filters_that_are_checked(stage: Stage) -> None:
    assert await stage.owner.get("visits") == {"outcome": "visits", "visits": [], "cursor": None}
    for query in ("showing=hidden", "limit=0", "cursor=x", "visitor=x", "tracking_tag_id=x"):
        answer = await stage.owner("GET", f"visits?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["path"] == f"query.{query.partition('=')[0]}"

    await websites_are_not_heard(stage)


async def websites_are_not_heard(stage: Stage) -> None:
    async with httpx.AsyncClient(base_url=stage.url) as http:
        for path in ("/dni.js", "/js/t.js", "/dni/v1/number", "/api/dni/number"):
            assert (await http.get(path)).status_code == 404
        for path in ("/dni/v1/visits", "/dni/v1/beats", "/api/dni/track"):
            assert (await http.post(path, json={})).status_code == 404
