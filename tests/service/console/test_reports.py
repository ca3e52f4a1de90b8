"""People read reports as tables and as files, of their own calls alone."""

import csv
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from libs.contracts.calls import Fact
from libs.contracts.ids import AccountId
from libs.runtime.publish import MESSAGE_ID, publish
from services.console.domain.access import Role
from tests.kit.facts import NOON, CallStory
from tests.kit.hosting import eventually
from tests.service.console.stage import Asker, Stage

SINCE, UNTIL = (NOON - timedelta(hours=12)).isoformat(), (NOON + timedelta(hours=12)).isoformat()
CALLS = 3


async def heard(stage: Stage, account_id: UUID | None, **brought: Any) -> None:
    """Three calls are sold and over, a fourth is on the line."""
    facts: list[Fact] = []
    for minutes in range(CALLS + 1):
        story = CallStory(AccountId(account_id), NOON + timedelta(minutes=minutes))  # type: ignore[arg-type]
        dialled = f"+1800555010{minutes % 2}"
        facts += [
            story.arrived(dialled=dialled),
            story.routed(campaign_name="=cmd()", **brought),
            story.answered(),
        ]
        if minutes < CALLS:
            facts += [story.leg_ended(seconds=40), story.ended(seconds=50)]
    broker = stage.app.state.ask._broker
    for fact in facts:
        headers = {MESSAGE_ID: fact.key}
        await publish(broker, fact.subject, fact.model_dump_json().encode(), headers, 5)


async def counted(asker: Asker, body: dict[str, Any], count: int) -> dict[str, Any] | None:
    report: dict[str, Any] = await asker.post("reports", body)
    totals = report["totals"]
    return report if (totals["incoming"], totals["live"]) == (count, 1) else None


async def test_a_report_as_a_table_and_as_a_file(stage: Stage) -> None:
    await heard(stage, stage.owner.account_id)
    body = {"since": SINCE, "until": UNTIL, "group_by": ["campaign"], "against": "week_before"}
    report = await eventually(partial(counted, stage.owner, body, CALLS + 1))

    (row,) = report["rows"]
    assert row["names"] == ["=cmd()"]
    assert (row["measures"]["connected"], row["measures"]["acl"]) == (CALLS + 1, "37.5000")
    assert row["before"]["incoming"] == 0
    now = await stage.owner.get("now")
    assert (now["live"], now["connected"], now["ringing"]) == (1, 1, 0)
    assert [each["connected"] for each in now["campaigns"]] == [1]
    words = await stage.owner.get("report-words")
    assert "campaign" in words["dimensions"]
    assert "acl" in words["measures"]

    file = await stage.owner("POST", "reports/csv", json=body)
    assert file.headers["Content-Type"].startswith("text/csv")
    head, line = csv.reader(file.text.splitlines())
    assert head[:3] == ["campaign", "campaign_name", "incoming"]
    assert line[1:3] == ["'=cmd()", str(CALLS + 1)]
    assert "incoming_before" in head
    calls = list(csv.DictReader((await stage.owner("GET", "calls/csv")).text.splitlines()))
    assert [call["dialled"][-1] for call in calls] == ["1", "0", "1", "0"]
    assert calls[0]["campaign_name"] == "'=cmd()"
    chosen = await stage.owner("GET", "calls/csv?states=completed")
    assert len(chosen.text.splitlines()) == CALLS + 1

    visits = {"since": SINCE, "until": UNTIL, "group_by": ["chain"], "columns": ["visits"]}
    assert (await stage.owner.post("visit-reports", visits))["totals"] == {"visits": 0}
    file = await stage.owner("POST", "visit-reports/csv", json=visits)
    assert file.text.splitlines() == ["chain,chain_name,visits"]
    no = await stage.owner("POST", "visit-reports", json={**visits, "group_by": ["buyer"]})
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "body.group_by.0")

    stranger = await stage.program(Role.OWNER, await stage.another_account())
    theirs = await stranger.post("reports", body)
    assert (theirs["rows"], theirs["totals"]["incoming"]) == ([], 0)
    assert len((await stranger("POST", "reports/csv", json=body)).text.splitlines()) == 1
    assert (await stranger.get("now"))["live"] == 0


async def test_calls_by_publisher_and_by_a_registered_parameter(stage: Stage) -> None:
    owner = stage.owner
    publisher = (await owner.post("publishers", {"name": "Clicks Ltd"}))["document"]["id"]
    asks = {"name": "Roof size", "parameter": "rs", "tag": "size", "menu": "Roofs"}
    await owner.post("url-parameters", asks)
    words = await owner.get("report-words")
    assert words["tags"] == [{"word": "tag:size", "name": "Roof size", "menu": "Roofs"}]

    brought = {"publisher_id": publisher, "tags": {"size": "4", "utm_source": "Mail"}}
    await heard(stage, owner.account_id, **brought)
    body = {"since": SINCE, "until": UNTIL, "group_by": ["publisher", "tag:size"]}
    fours = [{"dimension": "tag:size", "values": ["4"]}]
    report = await eventually(partial(counted, owner, {**body, "filters": fours}, CALLS + 1))
    (row,) = report["rows"]
    assert (row["keys"], row["names"]) == ([publisher, "4"], ["Clicks Ltd", "4"])
    none = [{"dimension": "source", "values": ["mail"], "exclude": True}]
    assert (await owner.post("reports", {**body, "filters": none}))["rows"] == []
    calls = list(csv.DictReader((await owner("GET", "calls/csv")).text.splitlines()))
    assert {(call["publisher_id"], call["source"]) for call in calls} == {(publisher, "mail")}

    theirs = await owner.get(f"calls?where=publisher={publisher}&where=tag:size=4")
    assert len(theirs["calls"]) == CALLS + 1
    assert (await owner.get("calls?where=source!=mail"))["calls"] == []
    no = await owner("GET", "calls?where=weather=fine")
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "query.where.0.dimension")


async def test_a_saved_report_is_kept_made_and_told(stage: Stage) -> None:
    owner = stage.owner
    await heard(stage, owner.account_id)
    await eventually(partial(counted, owner, {"since": SINCE, "until": UNTIL}, CALLS + 1))
    shape = {"group_by": ["day", "campaign"], "columns": ["connected", "incoming"]}
    made = await owner.post(
        "saved-reports",
        {
            "name": "Daily",
            "period": "last_30_days",
            "report": shape,
            "delivery": {"hour": 8, "url": "http://127.0.0.1:1/r", "signing_secret": "hush"},
        },
    )
    path = f"saved-reports/{made['document']['id']}"
    assert made["document"]["delivery"]["signing_secret"] == "********"
    report = await owner.get(f"{path}/report")
    assert report["totals"] == {"connected": 0, "incoming": 0}  # they were long ago
    file = (await owner("GET", f"{path}/csv")).text.splitlines()
    assert file[0] == "day,day_name,campaign,campaign_name,connected,incoming"

    sent = await owner("POST", f"{path}/deliveries")
    assert sent.status_code == 202, sent.text
    delivery = (await owner.get(f"deliveries/{sent.json()['delivery_id']}"))["delivery"]
    assert (delivery["report_name"], delivery["point"]) == ("Daily", "report")
    listed = await owner.get("deliveries", params={"report_id": made["document"]["id"]})
    assert [one["delivery_id"] for one in listed["deliveries"]] == [delivery["delivery_id"]]

    quiet = await owner.put(path, {**made["document"], "delivery": None}, made["version"])
    no = await owner("POST", f"{path}/deliveries")
    assert (no.status_code, no.json()["errors"][0]["path"]) == (422, "path.id")
    assert (await owner("DELETE", path, headers={"If-Match": f'"{quiet["version"]}"'})).is_success
    assert (await owner("GET", f"{path}/report")).status_code == 404


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"since": "2026-03-01T00:07:00Z"}, "body.since", "quarter of an hour"),
    ({"until": "2026-02-01T00:00:00Z"}, "body.until", "after since"),
    ({"group_by": ["campaign", "shoe_size"]}, "body.group_by.1", "campaign, buyer"),
    ({"group_by": ["campaign", "buyer", "day"]}, "body.group_by", "at most 2"),
    ({"group_by": ["day", "hour"]}, "body.group_by", "two parts of time"),
    ({"group_by": ["quarter_hour"], "until": "2027-03-01T00:00:00Z"}, "body.group_by", "2500"),
    ({"filters": [{"dimension": "x", "values": ["y"]}]}, "body.filters.0.dimension", "not one of"),
    ({"zone": "Mars/Base"}, "body.zone", "no time zone"),
    ({"order_by": "beauty"}, "body.order_by", "incoming"),
    ({"columns": ["incoming", "beauty"]}, "body.columns.1", "incoming"),
    ({"colums": ["incoming"]}, "body.colums", "not permitted"),
]


async def test_what_a_report_cannot_say_is_named(stage: Stage) -> None:
    for wrong, path, problem in WRONG:
        no = await stage.owner("POST", "reports", json={"since": SINCE, "until": UNTIL} | wrong)
        assert no.status_code == 422, no.text
        (error,) = no.json()["errors"]
        assert error["path"] == path
        assert problem in error["problem"]


async def test_files_need_the_right_to_take_them_away(stage: Stage) -> None:
    looker = await stage.program(Role.ANALYST, stage.owner.account_id)  # type: ignore[arg-type]
    body = {"since": SINCE, "until": UNTIL}
    assert (await looker("POST", "reports", json=body)).status_code == 200
    assert (await looker("POST", "reports/csv", json=body)).status_code == 403
    assert (await looker("GET", "calls/csv")).status_code == 403
