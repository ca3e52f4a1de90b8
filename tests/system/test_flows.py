"""A caller in a flow: what she hears, where she goes, and that she is never lost."""

from typing import Any

from libs.contracts.flow_looks import FlowWalk, GetFlowWalk
from tests.kit.hosting import House, call_id

NUMBER = "+18005550100"
FIRST, SECOND = "+15550100001", "+15550100002"

ALWAYS = {
    "zone": "UTC",
    "hours": [
        {
            "days": [
                "monday",
                "tuesday",
                "wednesday",
                "thursday",
                "friday",
                "saturday",
                "sunday",
            ],
            "opens": "00:00",
            "closes": "24:00",
        }
    ],
}


def wired(*edges: str) -> list[dict[str, str]]:
    """Edges written as "menu 1 hours"."""
    return [dict(zip(("source", "port", "target"), edge.split(" "), strict=True)) for edge in edges]


FRONT_DESK: dict[str, Any] = {
    "start": "menu",
    "nodes": [
        {
            "type": "menu",
            "id": "menu",
            "prompt": {"text": "Press 1 for roofing."},
            "options": [{"key": "1"}],
        },
        {"type": "hours", "id": "hours", "schedule": ALWAYS},
        {
            "type": "gather",
            "id": "zip",
            "prompt": {"text": "Your ZIP code?"},
            "tag": "gathered:zip",
            "digits_min": 5,
            "digits_max": 5,
        },
        {
            "type": "code",
            "id": "logic",
            "routes": ["near", "far"],
            "source": "return {route: tags['gathered:zip'].startsWith('1') ? 'near' : 'far',"
            " data: {zone: 'east'}};",
        },
        {"type": "router", "id": "desk", "plan": {"whisper": "From {gathered_zip|zone}."}},
        {
            "type": "voicemail",
            "id": "vm",
            "prompt": {"text": "Leave a message."},
            "transcribe": True,
        },
        {"type": "hang_up", "id": "bye", "prompt": {"text": "Too far."}},
    ],
    "edges": wired(
        "menu 1 hours",
        "hours open zip",
        "zip done logic",
        "logic near desk",
        "logic far bye",
        "desk no_answer vm",
        "desk no_buyer vm",
    ),
}


async def test_a_call_goes_through_its_flow(house: House) -> None:
    await house.add_flows()
    flow_id = await house.flow(FRONT_DESK)
    buyer = await house.buyer()
    first = await house.target(buyer, FIRST)
    second = await house.target(buyer, SECOND)
    await house.campaign(first, second, number=NUMBER, flow_id=flow_id)

    callees = f"{FIRST}=busy;{SECOND}=no-answer"
    said = "digits=1,10001;message=7;message-text=Please call me."
    report = await house.call(NUMBER, f"{callees};{said}")

    assert report.errors == ()
    assert report.spoken == ("Press 1 for roofing.", "Your ZIP code?", "Leave a message.")
    assert [leg.destination for leg in report.legs] == [FIRST, SECOND]
    walk: FlowWalk = await house.eventually_ask(
        GetFlowWalk(account_id=house.account_id, call_id=call_id(report))
    )
    assert [(step.node, step.port) for step in walk.steps] == [
        ("menu", "1"),
        ("hours", "open"),
        ("zip", "done"),
        ("logic", "near"),
        ("desk", "no_answer"),
        ("vm", "recorded"),
    ]
    assert walk.finished == "7 s"
    assert walk.tags["zone"] == "east"
    record = await house.record(report)
    assert record.call.campaign_name == "Roofing"
    assert record.call.recording_transcript == "Please call me."
