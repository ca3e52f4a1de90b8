"""The configuration as one document: exported, planned, applied; all of it or nothing."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.console.__main__ import run
from services.console.domain.access import Role
from tests.kit.hosting import SECRET
from tests.service.console.stage import ACCOUNT_SID, Asker, Stage, a_routed_campaign

NUMBER = "+18005550100"


async def document(asker: Asker) -> str:
    answer = await asker("GET", "configuration")
    assert answer.headers["content-type"].startswith("application/yaml")
    return answer.text


async def review(asker: Asker, text: str, verb: str = "plan", **more: Any) -> Any:
    return await asker.post(f"configuration/{verb}", {"document": text, **more})


async def refused(asker: Asker, text: str, **more: Any) -> dict[str, str]:
    """The problems of a document, which must change nothing, by their paths."""
    before = await document(asker)
    told = []
    for verb in ("plan", "apply"):
        body = {"document": text, **more}
        answer = await asker("POST", f"configuration/{verb}", json=body)
        assert answer.status_code in (409, 422), answer.text
        told.append({one["path"]: one["problem"] for one in answer.json()["errors"]})
    assert told[0] == told[1]
    assert await document(asker) == before
    return told[0]


async def test_export_wipe_apply_is_the_same_account_byte_for_byte(stage: Stage) -> None:
    owner = stage.owner
    await a_routed_campaign(owner, NUMBER)
    await owner.post(
        "buyers",
        {
            "name": "yes: no",
            "caps": {"concurrency": 3, "limits": [{"period": "day", "most": 9}]},
            "schedule": {
                "zone": "America/New_York",
                "hours": [{"days": ["monday"], "opens": "10:00", "closes": "30:00"}],
            },
        },
    )
    text = await document(owner)
    assert "  buyer: ours buyer" in text
    assert "  - target: ours desk" in text
    assert ACCOUNT_SID in text
    assert (await review(owner, text))["note"] == "Nothing changes.\n"

    wiped = await review(owner, "format: 1\n", "apply", prune=True)
    assert {change["action"] for change in wiped["changes"]} == {"retired"}
    assert await document(owner) == "format: 1\n"
    assert (await owner.get("campaigns"))["items"] == []

    applied = await review(owner, text, "apply")
    assert {change["action"] for change in applied["changes"]} == {"new"}
    assert await document(owner) == text
    again = await review(owner, text, "apply", prune=True)
    assert (again["changes"], again["version"]) == ([], applied["version"])


ROOFING = f"""\
format: 1
buyers:
- name: Acme
targets:
- name: Desk
  buyer: Acme
  destination: {{kind: phone, number: '+15550100001'}}
campaigns:
- name: Roofing
  status: active
  assignments:
  - target: Desk
numbers:
- number: '{NUMBER}'
  account_sid: {ACCOUNT_SID}
  campaign: Roofing
"""


async def test_a_plan_says_what_pauses_and_goes_stale(stage: Stage) -> None:
    owner = stage.owner
    applied = await review(owner, ROOFING, "apply")
    assert applied["paused"] == []
    text = await document(owner)
    without = ROOFING.partition("numbers:")[0]
    plan = await review(owner, without, prune=True)
    assert f"- number {NUMBER}\n    out of use; it stays at the carrier\n" in plan["note"]
    assert "Paused by it:\n  campaign Roofing: " in plan["note"]
    assert await document(owner) == text
    await owner.post("buyers", {"name": "another"})
    body = {"document": without, "prune": True, "expected_version": plan["version"]}
    stale = await owner("POST", "configuration/apply", json=body)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")


async def test_a_bad_document_changes_nothing_and_is_told_where(stage: Stage) -> None:
    owner = stage.owner
    ours = await a_routed_campaign(owner, NUMBER)
    text = await document(owner)
    for was, becomes, path in (
        ("name: ours buyer", "name: ours buyer\n  capps: {}", "buyers.0.capps"),
        ("target: ours desk", "target: nobody", "groups.0.members.0.target"),
        (
            "  buyer: ours buyer",
            "  buyer_id: 018f3b1c-0000-7000-8000-000000000009",
            "targets.0.buyer_id",
        ),
        ("format: 1", "format: 1\nx: &x [*x, *x]", ""),
        ("\npools:", "\npools:\n- name: ours pool", "pools.1"),
    ):
        assert was in text
        problems = await refused(owner, text.replace(was, becomes, 1))
        found = f"body.document.{path}".rstrip(".")
        assert [one for one in problems if one.startswith(found)], (path, problems)
    taken = "format: 1\npools:\n- id: 018f3b1c-0000-7000-8000-000000000008\n  name: ours pool\n"
    assert [*await refused(owner, taken)] == ["body.document.pools.0.name"]
    bidder = text.replace("rtb_router_id: ", "rtb_router_id: 0", 1)
    assert await refused(owner, bidder)
    stranger = await stage.program(Role.OWNER, await stage.another_account())
    target = ours["targets"]["document"]["id"]
    foreign = f"format: 1\ncampaigns:\n- name: x\n  assignments:\n  - target_id: {target}\n"
    problems = await refused(stranger, foreign)
    assert [path for path in problems if "campaigns.0.assignments.0.target_id" in path]


async def test_what_is_still_needed_is_not_retired(stage: Stage) -> None:
    owner = stage.owner
    await review(owner, ROOFING, "apply")
    text = await document(owner)
    alone = re.sub(r"buyers:\n(.*\n)*?(?=targets:)", "", text)
    assert "buyers:" not in alone
    body = {"document": alone, "prune": True}
    answer = await owner("POST", "configuration/apply", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
    assert "target Desk" in answer.json()["detail"]
    assert await document(owner) == text


async def test_an_active_campaign_that_nobody_can_reach_is_refused_whole(stage: Stage) -> None:
    text = ROOFING.partition("numbers:")[0]
    problems = await refused(stage.owner, text)
    assert [path for path in problems if path.startswith("body.document.campaigns.0")]
    assert (await stage.owner.get("buyers"))["items"] == []


async def test_the_command_line_exports_plans_and_applies(
    stage: Stage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NATS_URL", stage.nats_url)
    monkeypatch.setenv("DATABASE_URL", stage.database_url)
    monkeypatch.setenv("SESSION_SECRET", SECRET)
    file, account = tmp_path / "account.yaml", ["--account", str(stage.owner.account_id)]
    file.write_text("format: 1\nbuyers:\n- name: Acme\n")
    assert await run(["plan", str(file), *account]) == 0
    assert capsys.readouterr().out == "1 change: 1 new.\n\n+ buyer Acme\n"
    assert await run(["apply", str(file), *account]) == 0
    capsys.readouterr()
    assert await run(["export", *account]) == 0
    assert capsys.readouterr().out == await document(stage.owner)
    file.write_text("format: 1\nbuyers:\n- name: Acme\n  x: 1\n")
    assert await run(["apply", str(file), *account]) == 1
    assert "buyers.0.x: no such key (line 4)" in capsys.readouterr().err
