"""What a publisher's own people make, take and end; `test_portals` has the house."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.party_tags import MakePartyTag
from libs.contracts.portals import Viewer
from libs.contracts.worth import PartyKind
from libs.runtime.ask import Refused
from libs.runtime.deadline import Deadline
from tests.kit.hosting import TESTER
from tests.service.console.house import House


async def tags_are_made_by_their_publisher(house: House) -> None:
    """A publisher makes tags for the campaigns that its record names, so many, and sees its own."""
    owner, pat = house.stage.owner, house.askers["pat"]
    pools = {}
    for name in ("open", "hidden"):
        campaign = await owner.post("campaigns", {"name": f"{name} campaign"})
        where = {"campaign_id": campaign["document"]["id"]}
        made = await owner.post("pools", {"name": f"hidden {name}", **where})
        pools[name] = {"pool_id": made["document"]["id"], **where}
    theirs = await owner.post("tracking-tags", {"name": "hidden tag", **pools["open"]})
    wanted = {"name": "Landing page", **pools["open"]}
    assert (await pat("POST", "tracking-tags", json=wanted)).status_code == 403
    campaigns = [pools["open"]["campaign_id"]]
    await house.allow("pat", makes_tags=True, tags_most=1, campaign_ids=campaigns)
    shown = await pat.get("tracking-tags")
    assert (shown["tags"], [one["pool_id"] for one in shown["pools"]]) == (
        [],
        [pools["open"]["pool_id"]],
    )
    no = await pat("POST", "tracking-tags", json={**wanted, **pools["hidden"]})
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.campaign_id")
    mixed = {**wanted, "pool_id": pools["hidden"]["pool_id"]}
    no = await pat("POST", "tracking-tags", json=mixed)
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.pool_id")
    for more in ({"publisher_id": str(uuid4())}, {"leases_per_minute": 99}, {"tags": {"a": "b"}}):
        assert (await pat("POST", "tracking-tags", json={**wanted, **more})).status_code == 422
    at_once = await asyncio.gather(*(pat("POST", "tracking-tags", json=wanted) for _ in range(3)))
    assert sorted(one.status_code for one in at_once) == [201, 422, 422]
    (tag,) = [one.json() for one in at_once if one.status_code == 201]
    kept = await owner.get(f"tracking-tags/{tag['id']}")
    assert kept["document"]["publisher_id"] == str(house.ids["pat"])
    assert (await pat("POST", "tracking-tags", json=wanted)).json()["code"] == "too_many"
    assert [one["id"] for one in (await pat.get("tracking-tags"))["tags"]] == [tag["id"]]
    assert tag["code"] in (await pat.post(f"tracking-tags/{tag['id']}/snippet", {}))["script"]
    path = f"tracking-tags/{theirs['document']['id']}/snippet"
    assert (await pat("POST", path, json={})).status_code == 404
    await tags_rest_and_end(house, tag)
    await numbers_are_taken(house, pools)
    await house.allow("pat", makes_tags=False, campaign_ids=campaigns)
    asked = MakePartyTag(
        account_id=house.stage.owner.account_id,
        actor=TESTER,
        viewer=Viewer(kind=PartyKind.PUBLISHER, id=house.ids["pat"]),
        **wanted,
    )
    with pytest.raises(Refused, match="your record does not let you make tags"):
        await house.stage.app.state.ask(asked, Deadline.within(5_000))
    await house.allow("pat")


async def tags_rest_and_end(house: House, tag: dict[str, Any]) -> None:
    """A publisher's pause stands beside the account's; what it takes out of use is gone."""
    owner, pat = house.stage.owner, house.askers["pat"]
    path = f"tracking-tags/{tag['id']}"
    paused = await pat.put(f"{path}/pause", {"paused": True}, tag["version"])
    assert (paused["paused"], paused["status"]) == (True, "active")
    row = await owner.get(path)
    row = await owner.put(path, {**row["document"], "status": "paused"}, row["version"])
    stale = await pat("PUT", f"{path}/pause", json={"paused": False}, headers={"If-Match": '"1"'})
    assert stale.status_code == 409
    on = await pat.put(f"{path}/pause", {"paused": False}, row["version"])
    assert (on["paused"], on["status"]) == (False, "paused"), "the account's pause stays"
    again = await owner.put(f"{path}/pause", {"paused": True}, on["version"])
    assert (await owner.get(path))["document"]["paused_by_publisher"] is True
    await pat.delete(path, again["version"])
    assert (await pat.get("tracking-tags"))["tags"] == []
    assert (await owner("GET", path)).status_code == 404
    (last, *_) = await house.changes(tag["id"])
    assert (last["actor"]["role"], last["after"]) == ("publisher", None)


async def numbers_are_taken(house: House, pools: dict[str, Any]) -> None:
    """A publisher takes free numbers of pools of its campaigns, as many as its record says."""
    owner, pat = house.stage.owner, house.askers["pat"]
    own = {"publisher_id": str(house.ids["pat"])}
    for at, pool in enumerate(("open", "open", "open", "hidden")):
        number = {"number": f"+1800555019{at}", "account_sid": "AC" + "1" * 32}
        await owner.post("numbers", {**number, "pool_id": pools[pool]["pool_id"]})
    wish, hidden = ({"pool_id": pools[name]["pool_id"]} for name in ("open", "hidden"))
    assert (await pat("POST", "taken-numbers", json=wish)).status_code == 403
    campaign_id = pools["open"]["campaign_id"]
    await house.allow("pat", takes_numbers=True, numbers_most=2, campaign_ids=[campaign_id])
    sources = (await pat.get("taken-numbers"))["pools"]
    assert [(one["pool_id"], one["campaign_name"]) for one in sources] == [
        (wish["pool_id"], "open campaign")
    ]
    no = await pat("POST", "taken-numbers", json=hidden)
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.pool_id")
    assert (await pat("POST", "taken-numbers", json={**wish, **own})).status_code == 422
    assert (await owner("POST", "taken-numbers", json=wish)).status_code == 422
    at_once = await asyncio.gather(*(pat("POST", "taken-numbers", json=wish) for _ in range(4)))
    codes = sorted(str(one.json().get("code", "taken")) for one in at_once)
    assert set(codes) <= {"taken", "too_many", "full"}
    while (more := await pat("POST", "taken-numbers", json=wish)).status_code == 201:
        pass
    assert more.json()["code"] == "too_many"
    mine = (await pat.get("taken-numbers"))["numbers"]
    assert len(mine) == 2
    assert mine == (await owner.get("taken-numbers", params=own))["numbers"]
    number = (await owner.get(f"numbers/{mine[0]['id']}"))["document"]
    assert (number["publisher_id"], number["campaign_id"]) == (own["publisher_id"], campaign_id)
    assert number["pool_id"] is None
    await house.allow("pat", takes_numbers=True, numbers_most=9, campaign_ids=[campaign_id])
    assert (await owner.post("taken-numbers", {**wish, **own}))["campaign_id"] == campaign_id
    none = await pat("POST", "taken-numbers", json=wish)
    assert (none.status_code, none.json()["code"]) == (409, "full")
    assert (await pat.get("taken-numbers", params={"limit": 2}))["cursor"]
