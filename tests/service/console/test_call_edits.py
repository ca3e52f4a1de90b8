"""Calls are annotated, and their callers blocked, many at a time."""

from datetime import timedelta
from uuid import uuid4

from libs.contracts.annotating import NOTES_MAX
from libs.contracts.ids import AccountId
from libs.contracts.phone import WITHHELD, Caller, CallerKind
from services.console.domain.access import Role
from tests.kit.facts import NOON, CallStory
from tests.service.console.stage import Stage


def a_story(stage: Stage, minute: int = 0) -> CallStory:
    assert stage.owner.account_id
    return CallStory(AccountId(stage.owner.account_id), began_at=NOON + timedelta(minutes=minute))


async def test_calls_get_tags_and_notes(stage: Stage) -> None:
    owner = stage.owner
    first, second = a_story(stage), a_story(stage, 1)
    known = {"quality": "unknown", "source": "mail"}
    await stage.tell(first.arrived(), first.routed(tags=known))
    await stage.tell(second.arrived(), second.routed())
    ids = [str(story.call_id) for story in (first, second)]

    said = {"call_ids": ids, "tags": {"quality": "good"}, "note": " Wants a roof. "}
    assert await owner.post("call-annotations", said) == {"outcome": "annotated", "calls": 2}
    await owner.post("call-annotations", {"call_ids": ids[:1], "tags": {"source": ""}})
    detail = await owner.get(f"calls/{ids[0]}")
    assert detail["call"]["tags"] == {"quality": "good"}
    assert [one["text"] for one in detail["call"]["notes"]] == ["Wants a roof."]
    assert [one["subject"] for one in detail["timeline"]].count("event.call.annotated.v1") == 2
    report = {"since": NOON.isoformat(), "until": (NOON + timedelta(days=1)).isoformat()}
    reported = await owner.post("reports", {**report, "group_by": ["tag:quality"]})
    assert [row["keys"][0] for row in reported["rows"]] == ["good"]

    stranger = await stage.program(Role.OWNER, await stage.another_account())
    for asker, calls in ((stranger, ids), (owner, [*ids, str(uuid4())])):
        no = await asker("POST", "call-annotations", json={"call_ids": calls, "note": "x"})
        assert (no.status_code, no.json()["code"]) == (404, "not_found")
    empty = await owner("POST", "call-annotations", json={"call_ids": ids, "note": "  "})
    assert [one["path"] for one in empty.json()["errors"]] == ["body.note"]
    for _ in range(NOTES_MAX - 1):
        await owner.post("call-annotations", {"call_ids": ids[:1], "note": "more"})
    full = await owner("POST", "call-annotations", json={"call_ids": ids, "note": "too much"})
    assert (full.status_code, full.json()["code"]) == (409, "full")
    assert len((await owner.get(f"calls/{ids[1]}"))["call"]["notes"]) == 1


async def test_callers_of_calls_are_blocked_once(stage: Stage) -> None:
    owner = stage.owner
    first, second, third = (a_story(stage, minute) for minute in range(3))
    other = Caller(kind=CallerKind.NUMBER, text="+12125550111")
    await stage.tell(first.arrived(), first.routed())
    await stage.tell(second.arrived(caller=other), second.routed())
    await stage.tell(third.arrived(caller=WITHHELD), third.routed())
    ids = [str(story.call_id) for story in (first, second, third)]

    assert (await owner.post("call-blocks", {"call_ids": ids[:1]}))["blocked"] == ["+12125550100"]
    assert await owner.post("call-blocks", {"call_ids": ids}) == {
        "blocked": ["+12125550111"],
        "already": ["+12125550100"],
        "without_number": [ids[2]],
    }
    defaults = await owner.get("defaults")
    assert defaults["document"]["blocklist"]["numbers"] == ["+12125550100", "+12125550111"]
    analyst = await stage.browser(Role.ANALYST)
    assert (await analyst("POST", "call-blocks", json={"call_ids": ids})).status_code == 403
