"""Everything that the router keeps is reachable by the API, by version."""

import csv
import io
from uuid import uuid4

import pytest

from libs.contracts.phone import PhoneDestination
from services.console.domain.access import Role
from services.console.routes import list_files
from services.console.routes.configuration import KINDS
from tests.service.console.stage import ACCOUNT_SID, Stage, a_routed_campaign

NUMBER = "+18005550100"


async def test_a_campaign_is_made_from_nothing_and_a_call_rehearsed(stage: Stage) -> None:
    made = await a_routed_campaign(stage.owner, NUMBER)

    rehearsed = await stage.owner.post("rehearsals", {"dialled": NUMBER})

    assert rehearsed["answer"]["outcome"] == "dial"
    destination = PhoneDestination(number="+15550100001").model_dump(mode="json")
    assert rehearsed["answer"]["dial"]["destination"] == destination
    rtb_id = made["campaigns"]["document"]["rtb_id"]
    found = await stage.owner.get(f"campaigns/by-rtb-id/{rtb_id}")
    assert found == made["campaigns"]
    as_before = await stage.owner.get(f"{stage.url}/api/internal/campaigns/rtb-lookup/{rtb_id}")
    campaign = {"id": found["document"]["id"], "name": "ours campaign", "status": "active"}
    assert as_before == {"rtbId": rtb_id, "campaign": {**campaign, "enableRtb": True}}


async def test_every_kind_is_listed_read_and_retired(stage: Stage) -> None:
    made = await a_routed_campaign(stage.owner, NUMBER)
    for kind in KINDS:
        row = made[kind.path]
        listed = await stage.owner.get(kind.path)
        assert [item["document"]["id"] for item in listed["items"]] == [row["document"]["id"]]
        assert listed["cursor"] is None
        read = await stage.owner("GET", f"{kind.path}/{row['document']['id']}")
        assert read.json() == listed["items"][0]
        assert read.headers["ETag"] == f'"{read.json()["version"]}"'
    in_use = await stage.owner(
        "DELETE",
        f"pools/{made['pools']['document']['id']}",
        headers={"If-Match": f'"{made["pools"]["version"]}"'},
    )
    assert (in_use.status_code, in_use.json()["code"]) == (409, "in_use")
    affected = await stage.owner.get(f"pools/{made['pools']['document']['id']}/affected")
    assert [one["name"] for one in affected["uses"]] == [NUMBER]
    assert [one["name"] for one in affected["pauses"]] == ["ours campaign"]
    line = made["numbers"]
    gone = await stage.owner.delete(f"numbers/{line['document']['id']}", line["version"])
    assert gone["outcome"] == "saved"
    assert (await stage.owner.get("numbers"))["items"] == []


async def test_a_list_comes_in_pages_and_in_parts(stage: Stage) -> None:
    for at in range(3):
        await stage.owner.post("buyers", {"name": f"buyer {at}"})

    first = await stage.owner.get("buyers", params={"limit": 2, "fields": "name,status"})
    second = await stage.owner.get("buyers", params={"limit": 2, "cursor": first["cursor"]})

    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["cursor"] is None
    assert set(first["items"][0]["document"]) == {"name", "status"}


async def test_defaults_and_carriers_have_their_own_doors(stage: Stage) -> None:
    never_set = await stage.owner.get("defaults")
    assert never_set["version"] == 0
    changed = {**never_set["document"], "block_anonymous": True}
    set_now = await stage.owner.put("defaults", changed, 0)
    assert set_now["document"]["block_anonymous"] is True
    assert set_now["version"] > 0

    made = await stage.owner.post("carriers", {"account_sid": ACCOUNT_SID, "token": "secret one"})
    rotated = await stage.owner.put(
        f"carriers/{ACCOUNT_SID}",
        {"account_sid": ACCOUNT_SID, "token": "secret one", "token_next": "secret two"},
        made["version"],
    )
    assert "secret" not in f"{made}{rotated}{await stage.owner.get('carriers')}"
    await stage.owner.delete(f"carriers/{ACCOUNT_SID}", rotated["version"])
    assert (await stage.owner.get("carriers"))["items"] == []


async def test_numbers_come_in_lists_and_configurations_as_a_whole(stage: Stage) -> None:
    pool = await stage.owner.post("pools", {"name": "visitors"})
    added = await stage.owner.post(
        "numbers/bulk",
        {
            "account_sid": ACCOUNT_SID,
            "pool_id": pool["document"]["id"],
            "csv": f"number\n{NUMBER}\nnone\n",
        },
    )
    assert [one["outcome"] for one in added["results"]] == ["added", "refused"]

    parts = []
    cursor = None
    while True:
        part = await stage.owner.get("export", params={"cursor": cursor} if cursor else None)
        parts.append(part["configuration"])
        cursor = part["cursor"]
        if cursor is None:
            break
    (exported,) = [one for one in parts if one["pools"]]
    elsewhere = await stage.program(Role.MANAGER, await stage.another_account())
    imported = await elsewhere.post("import", {"configuration": exported})
    assert [one["name"] for one in imported["documents"]] == ["visitors"]
    nowhere = {**pool["document"], "id": str(uuid4()), "campaign_id": str(uuid4())}
    no = await elsewhere("POST", "import", json={"configuration": {"pools": [nowhere]}})
    assert no.status_code == 422
    assert [one["path"] for one in no.json()["errors"]] == [
        "body.configuration.pools.0.campaign_id"
    ]


async def test_a_list_is_sorted_filtered_and_paged(stage: Stage) -> None:
    names = ("Cedar", "acorn", "Birch", "100% oak")
    for name in names:
        status = "paused" if name == "Birch" else "active"
        await stage.owner.post("buyers", {"name": name, "status": status})

    async def listed(**query: str) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            more: dict[str, str] = {} if cursor is None else {"cursor": cursor}
            page = await stage.owner.get("buyers", params={"limit": "2", **query, **more})
            found += [row["document"]["name"] for row in page["items"]]
            cursor = page["cursor"]
            if cursor is None:
                return found

    assert sorted(await listed()) == sorted(names)
    assert await listed(order="name") == ["100% oak", "Birch", "Cedar", "acorn"]
    assert await listed(order="newest") == list(reversed(names))
    assert await listed(order="name", contains="C") == ["Birch", "Cedar", "acorn"]
    assert await listed(contains="0%") == ["100% oak"]
    assert await listed(status="paused") == ["Birch"]
    by_id = await stage.owner.get("buyers", params={"limit": "1"})
    no = await stage.owner("GET", "buyers", params={"order": "name", "cursor": by_id["cursor"]})
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "query.cursor")


async def test_all_numbers_are_a_file(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "PAGE_MAX", 2)
    ours = await a_routed_campaign(stage.owner, "+18005550100")
    pool = ours["pools"]["document"]
    spare = [f"+1800555{line:04}" for line in range(200, 204)]
    bulk = {"account_sid": ACCOUNT_SID, "numbers": spare}
    await stage.owner.post("numbers/bulk", bulk)

    text = (await stage.owner("GET", "numbers/csv", params={"order": "name"})).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["number"] for row in rows] == ["+18005550100", *spare]
    assert (rows[0]["serves"], rows[0]["holder_name"]) == ("pool", pool["name"])
    assert {row["serves"] for row in rows[1:]} == {"available"}
    chosen = await stage.owner("GET", "numbers/csv", params={"status": "pool"})
    assert len(chosen.text.splitlines()) == 2
    refused = await (await stage.program(Role.ANALYST, stage.owner.account_id))(  # type: ignore[arg-type]
        "GET", "numbers/csv"
    )
    assert refused.status_code == 403
    assert (await stage.owner("GET", "auctions/csv")).text.startswith("auction_id,at,call_id")
    odd = await stage.owner("GET", "auctions/csv", params={"since": "yesterday"})
    assert odd.status_code == 422
