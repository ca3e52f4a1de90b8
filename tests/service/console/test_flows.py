"""Flows by the API: written, published, rolled back, compared, played, and used by campaigns."""

from typing import Any

from services.console.domain.access import Role
from tests.kit.hosting import eventually
from tests.service.console.stage import Stage, a_routed_campaign

EDITS = 7  # made, published, changed, published, rolled back, paused, copied

MENU: dict[str, Any] = {
    "name": "Front desk",
    "start": "menu",
    "nodes": [
        {
            "type": "menu",
            "id": "menu",
            "prompt": {"text": "Press 1."},
            "options": [{"key": "1"}],
        },
        {"type": "hang_up", "id": "bye", "prompt": {"text": "Goodbye."}},
    ],
    "edges": [
        {"source": "menu", "port": port, "target": "bye"} for port in ("1", "invalid", "timeout")
    ],
    "tests": [{"inputs": [{"digits": "1"}], "expects": {"ports": ["menu 1", "bye"]}}],
}


async def test_a_flow_lives(stage: Stage) -> None:
    await stage.add_flows()
    owner = stage.owner
    made = await owner.post("flows", MENU)
    path, version = f"flows/{made['row']['id']}", made["row"]["version"]
    assert (made["row"]["state"], made["row"]["published"]) == ("draft", None)

    published = await owner.post(f"{path}/publication", {"note": "first"}, headers=seen(version))
    assert published["published"] == 1
    draft = {**made["document"], "name": "Front desk, later"}
    draft["nodes"][1]["prompt"]["text"] = "Farewell."
    changed = await owner.put(path, draft, published["version"])
    differences = (await owner.get(f"{path}/differences", params={"before": 1}))["differences"]
    assert [one["text"] for one in differences] == [
        "name was Front desk and is Front desk, later",
        "prompt.text of bye was Goodbye. and is Farewell.",
    ]
    second = await owner.post(f"{path}/publication", {}, headers=seen(changed["row"]["version"]))
    assert second["published"] == 2
    back = await owner.post(f"{path}/rollback", {"to": 1}, headers=seen(second["version"]))
    row = (await owner.get(path))["row"]
    assert (row["published"], row["newest"], row["state"]) == (1, 2, "published")
    versions = (await owner.get(f"{path}/versions"))["rows"]
    assert [(one["version"], one["note"]) for one in versions] == [(2, ""), (1, "first")]
    assert (await owner.get(f"{path}/versions/1"))["document"]["name"] == "Front desk"

    stale = await owner("PUT", f"{path}/state", json={"state": "paused"}, headers=seen(version))
    assert (stale.status_code, stale.json()["current_version"]) == (409, back["version"])
    await owner.put(f"{path}/state", {"state": "paused"}, back["version"])
    copy = await owner.post(f"{path}/copies", {"name": "Another"})
    assert (copy["document"]["name"], copy["row"]["state"]) == ("Another", "draft")
    listed = (await owner.get("flows", params={"state": "paused"}))["rows"]
    assert [one["name"] for one in listed] == ["Front desk, later"]

    async def audited() -> int | None:
        edits = (await owner.get("audit", params={"noun": "flow"}))["items"]
        return len(edits) if len(edits) == EDITS else None

    assert await eventually(audited)


async def test_errors_name_their_node_and_forbid_publishing(stage: Stage) -> None:
    await stage.add_flows()
    owner = stage.owner
    wrong = {**MENU, "nodes": [*MENU["nodes"], {"type": "dance", "id": "x"}]}
    refused = await owner("POST", "flows", json=wrong)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "body.nodes.2"

    nowhere = {**MENU, "edges": [{"source": "menu", "port": "7", "target": "bye"}]}
    refused = await owner("POST", "flows", json=nowhere)
    assert refused.json()["errors"] == [
        {"path": "body.edges.0.port", "problem": "menu has no such port: 1, invalid, timeout"}
    ]

    failing = {**MENU, "tests": [{"inputs": [{"digits": "9"}], "expects": {"finished": "sold"}}]}
    made = await owner.post("flows", failing)
    path = f"flows/{made['row']['id']}"
    refused = await owner(
        "POST", f"{path}/publication", json={}, headers=seen(made["row"]["version"])
    )
    assert refused.status_code == 422
    assert refused.json()["code"] == "unpublishable"
    assert "A caller: it ended as" in refused.json()["errors"][0]["problem"]
    tested = await owner.post(f"{path}/test-runs", None)
    assert (tested["nodes_covered"], tested["nodes"]) == (2, 2)
    assert {"node": "menu", "port": "1"} in tested["untested"]


async def test_callers_are_played(stage: Stage) -> None:
    await stage.add_flows()
    body = {"document": MENU}  # it is not kept: it needs no id
    script = {"inputs": [{"digits": "5"}, {"digits": "1"}]}
    came = await stage.owner.post("flow-simulations", {**body, "script": script})
    assert [[step["port"] for step in turn["steps"]] for turn in came["turns"]] == [
        [],
        [],
        ["1", ""],
    ]
    assert came["finished"] == "ended by the flow"
    language = await stage.owner.get("flow-language")
    assert len(language["examples"]) == 19


async def test_what_is_too_much_to_tell_is_said_or_left_out(stage: Stage) -> None:
    await stage.add_flows()
    tags = {f"tag {at}": "x" * 2_000 for at in range(30)}
    script = {"inputs": [{"digits": "5"}, {"digits": "1"}], "tags": tags}
    body = {"document": {**MENU, "id": "018f3b1c-0000-7000-8000-0000000000f1"}}
    options = {"nodes": [{**MENU["nodes"][0], "invalid_retries": 10}, MENU["nodes"][1]]}
    long = {
        "document": body["document"] | options,
        "script": {**script, "inputs": [{"digits": "5"}] * 9},
    }
    refused = await stage.owner("POST", "flow-simulations", json=long)
    assert (refused.status_code, refused.json()["code"]) == (422, "too_long")
    assert refused.json()["detail"] == "13 turns are more than can be told: play a shorter script"

    fails = {**script, "name": "Fails", "expects": {"finished": "sold"}}
    tested = {**MENU, "tests": [*({**script, "name": f"Passes {at}"} for at in range(3)), fails]}
    made = await stage.owner.post("flows", tested)
    came = await stage.owner.post(f"flows/{made['row']['id']}/test-runs", None)
    assert [len(test["turns"]) for test in came["tests"]] == [0, 0, 0, 3]
    assert came["tests"][3]["differences"] == ["it ended as ended by the flow; expected: sold"]
    assert came["ports_covered"] == 1


async def test_a_campaign_names_a_flow_that_is_there(stage: Stage) -> None:
    await stage.add_flows()
    owner = stage.owner
    ours = await a_routed_campaign(owner, "+18005550100")
    campaign = ours["campaigns"]
    path = f"campaigns/{campaign['document']['id']}"
    flow = await owner.post("flows", MENU)
    foreign = {**campaign["document"], "flow_id": campaign["document"]["id"]}
    refused = await owner("PUT", path, json=foreign, headers=seen(campaign["version"]))
    assert refused.json()["errors"] == [
        {"path": "body.flow_id", "problem": "no such flow in this account"}
    ]
    flow_id = flow["row"]["id"]
    await owner.put(path, {**campaign["document"], "flow_id": flow_id}, campaign["version"])
    uses = (await owner.get(f"flows/{flow_id}/affected"))["uses"]
    assert [use["name"] for use in uses] == ["ours campaign"]
    published = await owner.post(
        f"flows/{flow_id}/publication", {}, headers=seen(flow["row"]["version"])
    )
    paused = await owner.put(f"flows/{flow_id}/state", {"state": "paused"}, published["version"])
    refused = await owner(
        "PUT", f"flows/{flow_id}/state", json={"state": "archived"}, headers=seen(paused["version"])
    )
    assert "still used by ours campaign" in refused.json()["errors"][0]["problem"]


def seen(version: int) -> dict[str, str]:
    return {"If-Match": f'"{version}"'}


async def test_demo_data_comes_and_goes_and_leaves_what_people_made(stage: Stage) -> None:
    await stage.add_flows()
    owner = stage.owner
    assert (await owner.get("demo-data"))["things"] == []
    added = (await owner.post("demo-data", {}))["things"]
    kinds = [one["kind"] for one in added]
    assert kinds == ["number", "campaign", *["target"] * 3, *["buyer"] * 2, "flow"]
    assert (await owner.post("demo-data", {}))["things"] == added, "it is there already"
    ids = {one["name"]: one["id"] for one in added}
    number = added[0]["name"]
    decided = await owner.post("rehearsals", {"dialled": number})
    assert "Front desk (demo)" in decided["decision"]["sentence"]
    another = await stage.program(Role.OWNER, await stage.another_account())
    theirs = (await another.post("demo-data", {}))["things"]
    assert {one["id"] for one in theirs}.isdisjoint(ids.values())

    own = {
        "name": "My desk",
        "buyer_id": ids["Acme Roofing (demo)"],
        "destination": {"kind": "phone", "number": "+12125550199"},
    }
    mine = await owner.post("targets", own)
    shown = await owner.get(f"flows/{ids['Front desk (demo)']}")
    headers = seen(shown["row"]["version"])
    await owner.post(f"flows/{shown['row']['id']}/publication", {}, headers=headers)
    came = await owner.delete("demo-data")
    assert [(one["name"], one["why"]) for one in came["kept"]] == [
        ("Acme Roofing (demo)", "still needed by target My desk")
    ]
    assert len(came["removed"]) == len(added) - 1
    kept = await owner.get(f"targets/{mine['document']['id']}")
    assert kept["document"]["name"] == "My desk"
    assert (await owner.get("flows"))["rows"] == []
    assert len((await another.get("demo-data"))["things"]) == len(added)

    assert len((await owner.post("demo-data", {}))["things"]) == len(added), "it comes again"
    await owner.delete(f"targets/{mine['document']['id']}", mine["version"])
    assert (await owner.delete("demo-data"))["kept"] == []
