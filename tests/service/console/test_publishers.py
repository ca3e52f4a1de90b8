"""Publishers are kept by the API, by version, and every change is told and audited."""

from typing import Any

from libs.contracts.publishers import AskPublishers
from libs.runtime.deadline import Deadline
from tests.kit.hosting import eventually
from tests.service.console.stage import Stage

TEN_A_DAY = {"period": "day", "most": {"amount": "10"}}
PUBLISHER = {
    "name": "Clicks & Co",
    "code": "Clicks",
    "email": "ann@clicks.example",
    "when_refused": "fallback",
    "zone": "America/New_York",
    "caps": {"concurrency": 5, "limits": [{"period": "day", "most": 100}]},
    "sub_ids": [{"code": "google"}, {"code": "bad", "blocked": True}],
}


async def test_a_publisher_is_made_found_changed_and_retired(stage: Stage) -> None:
    owner = stage.owner
    made = await owner.post("publishers", PUBLISHER)
    path = f"publishers/{made['document']['id']}"
    assert await owner.get(path) == made
    assert made["document"]["status"] == "active"

    paused = {**made["document"], "status": "paused"}
    changed = await owner.put(path, paused, made["version"])
    listed = await owner.get("publishers", params={"contains": "CLICKS", "status": "paused"})
    assert listed["items"] == [changed]
    assert (await owner.get("publishers", params={"status": "active"}))["items"] == []

    other = {**paused, "name": "Else"}
    late = await owner("PUT", path, json=other, headers={"If-Match": f'"{made["version"]}"'})
    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert late.json()["current_version"] == changed["version"]

    await owner.delete(path, changed["version"])
    assert (await owner("GET", path)).status_code == 404

    async def audited() -> Any:
        rows = (await owner.get("audit", params={"noun": "publisher"}))["items"]
        return rows if len(rows) == 3 else None

    last, middle, first = await eventually(audited)
    assert (first["before"], last["after"]) == (None, None)
    assert middle["after"]["status"] == "paused"


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"code": "a b"}, "body.code"),
    ({"email": "nobody"}, "body.email"),
    ({"status": "gone"}, "body.status"),
    ({"sub_ids": [{"code": "a"}, {"code": "A"}]}, "body.sub_ids.1.code"),
    ({"caps": {"limits": [{"period": "day", "most": 0}]}}, "body.caps.limits.0.most"),
    ({"payout": 3}, "body.payout"),
    ({"payout_caps": [{"period": "day", "most": {"amount": "0"}}]}, "body.payout_caps.0.most"),
    ({"payout_caps": [TEN_A_DAY, TEN_A_DAY]}, "body.payout_caps.1.period"),
)


async def test_what_is_wrong_is_named(stage: Stage) -> None:
    for wrong, path in WRONG:
        answer = await stage.owner("POST", "publishers", json={**PUBLISHER, **wrong})
        assert answer.status_code == 422, wrong
        assert [one["path"] for one in answer.json()["errors"]] == [path], wrong
    assert (await stage.owner.get("publishers"))["items"] == []


async def test_a_code_names_one_publisher_in_use(stage: Stage) -> None:
    first = await stage.owner.post("publishers", PUBLISHER)
    again = await stage.owner("POST", "publishers", json={"name": "Another", "code": "CLICKS"})
    assert (again.status_code, again.json()["errors"][0]["path"]) == (409, "body.code")

    await stage.owner.delete(f"publishers/{first['document']['id']}", first["version"])
    await stage.owner.post("publishers", {"name": "Another", "code": "CLICKS"})


async def test_the_router_learns_of_all_accounts_publishers_since_a_version(stage: Stage) -> None:
    ask = stage.app.state.ask
    made = [await stage.owner.post("publishers", {"name": f"Number {n}"}) for n in range(3)]
    before = made[0]["version"] - 1
    whole = await ask(AskPublishers(since=before), Deadline.within(2_000))
    assert [one.version for one in whole.publishers] == [one["version"] for one in made]
    assert not whole.more

    first = made[0]["document"]
    gone = await stage.owner.delete(f"publishers/{first['id']}", made[0]["version"])
    newer = await ask(AskPublishers(since=whole.version), Deadline.within(2_000))
    assert [(str(one.publisher_id), one.version, one.document) for one in newer.publishers] == [
        (first["id"], gone["version"], None)
    ]
