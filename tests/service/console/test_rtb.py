"""Bidders, RTB routers, auctions and tests are at the API; what is in use goes only when forced."""

from typing import Any

from deploy.local.bidders import PlayedBidders, bids
from tests.service.console.stage import Asker, Stage, a_routed_campaign

NUMBER = "+18005550100"


async def a_ring(owner: Asker, url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A bidder that plays, and a router that asks it."""
    bidder = await owner.post(
        "rtb-targets",
        {
            "name": "Acme bids",
            "endpoint": f"{url}/acme",
            "auth": {"kind": "bearer", "token": "hush"},
            "template": '{"zip": "{callerZip}"}',
        },
    )
    ring = await owner.post(
        "rtb-routers", {"name": "Ring", "members": [{"target_id": bidder["document"]["id"]}]}
    )
    return bidder, ring


async def test_a_bidder_is_made_tried_and_taken_out_of_use(stage: Stage) -> None:
    bidders = PlayedBidders({"/acme": bids("7.5")})
    await bidders.start()
    stage.stack.push_async_callback(bidders.stop)
    owner = stage.owner
    bidder, ring = await a_ring(owner, bidders.url)
    path = f"rtb-targets/{bidder['document']['id']}"
    assert bidder["document"]["auth"]["token"] == "********"
    renamed = {**bidder["document"], "name": "Acme again"}
    bidder = await owner.put(path, renamed, bidder["version"])

    pinged = await owner.post(
        "rtb-pings",
        {"target_id": bidder["document"]["id"], "call": {"geography": {"zip": "10001"}}},
    )
    held = await owner.post("rtb-rehearsals", {"rtb_router_id": ring["document"]["id"]})

    assert (pinged["amount"]["amount"], pinged["status"]) == ("7.5000", 200)
    assert '{"zip": "10001"}' in pinged["request"]
    assert held["bidders"][0]["name"] == "Acme again"
    assert bidders.heard[0].headers["authorization"] == "Bearer hush"
    assert (await owner.get("auctions"))["auctions"] == []
    assert (await owner.get("rtb-report"))["targets"] == []
    uses = await owner.get(f"{path}/uses")
    assert [use["name"] for use in uses["routers"]] == ["Ring"]
    version = {"If-Match": f'"{bidder["version"]}"'}
    no = await owner("DELETE", path, headers=version)
    assert (no.status_code, no.json()["code"]) == (409, "in_use")
    assert no.json()["errors"][0]["problem"] == "asks it: Ring"
    stale = await owner("PUT", path, json=renamed, headers={"If-Match": '"1"'})
    told = stale.json()
    assert (stale.status_code, told["current_version"]) == (409, bidder["version"])
    assert (await owner("DELETE", f"{path}?force=true", headers=version)).status_code == 200
    wrong = await owner("POST", "rtb-targets", json={**renamed, "template": "{nonsense}"})
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "body.template")


async def test_a_router_in_a_plan_goes_only_when_forced(stage: Stage) -> None:
    made = await a_routed_campaign(stage.owner, NUMBER)
    ring, bidder = made["rtb-routers"], made["rtb-targets"]
    path = f"rtb-routers/{ring['document']['id']}"
    version = {"If-Match": f'"{ring["version"]}"'}
    rules = f"ping-rules/{made['campaigns']['document']['id']}"
    row = await stage.owner.get(rules)
    passing = {"price": "pass_through", "rtb_router_id": ring["document"]["id"]}
    await stage.owner.put(rules, {**row["document"], **passing}, row["version"])

    no = await stage.owner("DELETE", path, headers=version)
    of_bidder = await stage.owner(
        "DELETE",
        f"rtb-targets/{bidder['document']['id']}",
        headers={"If-Match": f'"{bidder["version"]}"'},
    )
    of_all = await stage.owner("DELETE", "rtb-targets")

    holds = "holds its auctions: ours campaign"
    assert (no.status_code, [one["problem"] for one in no.json()["errors"]]) == (
        409,
        [holds, "answers its pings with this router's bids"],
    )
    asks = f"asks it: {ring['document']['name']}"
    for refused in (of_bidder, of_all):
        told = refused.json()
        assert (refused.status_code, told["code"]) == (409, "in_use")
        assert [one["problem"] for one in told["errors"]] == [asks, holds]
    assert (await stage.owner.get(f"{path}/affected"))["uses"][0]["name"] == "ours campaign"
    assert (await stage.owner("DELETE", f"{path}?force=true", headers=version)).status_code == 200
    campaign = await stage.owner.get(f"campaigns/{made['campaigns']['document']['id']}")
    entries = campaign["document"]["assignments"]
    assert [entry["rtb_router_id"] for entry in entries] == [None]
    assert (await stage.owner.get(rules))["document"]["rtb_router_id"] is None
    clear = await stage.owner("DELETE", f"{stage.url}/api/rtb/targets/clear-all")
    assert clear.json() == {"outcome": "cleared", "retired": 1}
