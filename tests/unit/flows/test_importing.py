"""Flows of the system before, in both dialects: they come over, run, and say what they lack."""

from typing import Any
from uuid import uuid4

import pytest

from libs.contracts.flow_edits import Weight
from libs.contracts.flow_simulation import FlowScript
from libs.contracts.ids import FlowId
from services.flows.desk.playing import PlayingDesk
from services.flows.desk.simulating import SimulatingDesk
from services.flows.domain.book import DRAFT, Book
from services.flows.domain.importing.carrying import KINDS, carried
from services.flows.domain.importing.old import NotAFlow
from services.flows.domain.inspect import inspect
from services.flows.domain.templates import TEMPLATES
from services.flows.domain.unfit import fit
from tests.unit.flows.scenes import a_session

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
OPEN = {day: {"open": "09:00", "close": "17:00", "enabled": True} for day in DAYS}


def engine(id_: str, type_: str, *ways: Any, **config: Any) -> dict[str, Any]:
    """A node as the old engine knew it, wired by itself."""
    return {"id": id_, "type": type_, "data": {"config": config}, "connections": list(ways)}


def editor(id_: str, type_: str, **config: Any) -> dict[str, Any]:
    """A node as the old editor wrote it."""
    data = {"label": id_.title(), "config": config}
    return {"id": id_, "type": type_, "position": {"x": 10, "y": 20}, "data": data}


def wired(*edges: tuple[str, str] | tuple[str, str, str]) -> list[dict[str, str]]:
    """The editor's connections at the top."""
    names = ("source", "target", "label")
    return [
        {"id": f"c{at}", **dict(zip(names, edge, strict=False))} for at, edge in enumerate(edges)
    ]


ENGINE = {
    "name": "Old engine",
    "nodes": [
        engine("1", "start", "2"),
        engine(
            "2",
            "ivr_menu",
            "3",
            welcomeMessage="Press 1 for roofing, 2 to leave.",
            menuOptions=[
                {"key": "1", "label": "Roofing", "action": "goto", "targetNodeId": "3"},
                {"key": "2", "label": "Leave", "action": "goto", "targetNodeId": "9"},
            ],
            timeout=8,
            maxRetries=1,
        ),
        engine("3", "business_hours", "4", "8", timezone="America/New_York", businessHours=OPEN),
        engine(
            "4",
            "gather_input",
            "5",
            "8",
            inputType="digits",
            prompt="ZIP?",
            maxDigits=5,
            fieldName="zip",
        ),
        engine(
            "5",
            "traffic_splitter",
            splits=[{"percentage": 40, "nodeId": "6"}, {"percentage": 60, "nodeId": "6"}],
        ),
        engine("6", "tracking_pixel", "7", postbackUrl="https://t.example.com/?c={caller_number}"),
        engine(
            "7",
            "advanced_router",
            "8",
            routingType="priority",
            destinations=[{"phoneNumber": "+12125550111", "priority": 1, "maxCalls": 2}],
        ),
        engine("8", "play_audio", "9", audioType="tts", message="Nobody is there."),
        engine("9", "hangup", hangupMessage="Goodbye."),
    ],
}
EDITOR = {
    "name": "Old editor",
    "flowDefinition": {
        "nodes": [
            editor("start", "start"),
            editor(
                "menu",
                "menu",
                welcomeMessage="Sales 1, support 2.",
                options=[
                    {"key": "1", "label": "Sales", "action": "route"},
                    {"key": "2", "label": "Support", "action": "play"},
                ],
                retries=2,
                allowRepeat=True,
            ),
            editor(
                "hours",
                "hours",
                timezone="America/Chicago",
                businessHours=OPEN,
                holidayHandling="reduced",
                closedMessage="Closed.",
            ),
            editor("split", "splitter", strategy="weighted", splits=[{"name": "A", "weight": 3}]),
            editor("js", "javascript", code="return {route: 'go'};", timeout=5),
            editor("cond", "condition", conditionType="caller_id", callerIdRule="+1212"),
            editor("act", "action", actionType="route", destination="buyer", buyerId=7),
            editor("rtb", "router", routingType="rtb", rtbEnabled=True, bidTimeout=3000, minBid=4),
            editor("vm", "action", actionType="voicemail", voicemailMessage="Speak."),
            editor("px", "pixel", url="https://t.example.com/p", method="POST",
                   parameters=[{"name": "d", "value": "{call_duration}"},
                               {"name": "c", "value": "{caller_number}"}]),
            editor("whisper", "whisper", whisperMessage="Hi", agentNumber="+12125550122"),
            editor("give", "transfer", transferNumber="nobody", timeout=30, record=True),
            editor("enrich", "profile_enrich", apiEndpoint="https://p.example.com/{caller_number}",
                   fields=["age"], timeoutMs=9000, fallbackAction="continue"),
            editor("gather", "gather", gatherType="both", prompt="Age?", numDigits=2,
                   validationPattern="(?=x)"),
            editor("play", "play", audioType="url", audioUrl="https://c.example.com/a.mp3"),
            editor("odd", "teleport"),
            editor("end", "end", message="Bye"),
        ],
        "connections": wired(
            ("start", "menu"),
            ("menu", "hours", "1"),
            ("menu", "end", "Support"),
            ("hours", "split"),
            ("hours", "vm"),
            ("split", "js"),
            ("js", "cond", "go"),
            ("cond", "act", "true"),
            ("cond", "rtb", "false"),
            ("act", "px"),
            ("rtb", "px"),
            ("px", "whisper"),
            ("whisper", "give"),
            ("give", "enrich"),
            ("enrich", "gather"),
            ("gather", "play"),
            ("play", "odd"),
            ("odd", "end"),
        ),
    },
}  # fmt: skip


async def way(document: dict[str, Any], **script: Any) -> list[str]:
    """The way of a played caller through an imported flow."""
    flow = fit(document)
    desk = PlayingDesk(None)  # type: ignore[arg-type]  # no code is run here
    came = await desk.play(
        Book({FlowId(flow.id): (DRAFT, flow)}),
        flow,
        DRAFT,
        FlowScript.model_validate(script),
        a_session().account_id,
    )
    return [f"{step.node} {step.port}".strip() for turn in came.turns for step in turn.steps]


async def test_the_engines_dialect_comes_over_whole() -> None:
    document, not_carried = carried(ENGINE)
    assert not_carried == ()
    assert [one for one in inspect(fit(document), set()) if one.weight is Weight.ERROR] == []
    taken = await way(
        document, inputs=[{"digits": "1"}, {"digits": "10001"}], legs=[{"does": "busy"}]
    )
    assert taken[:3] == ["2 1", "3 open", "4 done"]
    assert taken[3] in ("5 branch 1", "5 branch 2")
    assert taken[4:] == ["6 done", "7 no_answer", "8 done", "9"]
    assert await way(document, inputs=[{"digits": "2"}]) == ["2 2", "9"]


async def test_the_editors_dialect_comes_over_and_says_what_it_lacks() -> None:
    document, not_carried = carried(EDITOR)
    flow = fit(document)
    told = {(one.node, one.field): one.why for one in not_carried}
    assert set(told) == {
        ("hours", "holidayHandling"),
        ("js", "timeout"),
        ("act", "buyerId"),
        ("rtb", "routingType"),
        ("rtb", "rtbEnabled"),
        ("rtb", "bidTimeout"),
        ("rtb", "minBid"),
        ("px", "parameters.d"),
        ("give", "transferNumber"),
        ("enrich", "fallbackAction"),
        ("gather", "validationPattern"),
        ("odd", "type"),
    }
    assert told["give", "transferNumber"] == "'nobody' is no phone number"
    assert flow.layout["menu"] == {"x": 10.0, "y": 20.0}
    assert flow.start == "menu"
    assert flow.wires["menu", "2"] == "end"
    assert flow.wires["cond", "otherwise"] == "rtb"
    assert flow.wires["whisper", "done"] == "whisper-agent"
    night = await way(document, at="2030-01-08T03:00:00Z", inputs=[{"digits": "1"}])
    assert night == ["menu 1", "hours closed", "vm silence"]


def test_every_old_type_is_tried_here() -> None:
    nodes = [*ENGINE["nodes"], *EDITOR["flowDefinition"]["nodes"]]  # type: ignore[index]
    tried = {node["type"] for node in nodes}
    assert set(KINDS) - tried == {"voicemail", "custom_logic"}  # the same as others by this name


@pytest.mark.parametrize(
    "document",
    [{}, {"nodes": []}, {"nodes": "x"}, {"nodes": [{"id": "1"}]}, {"nodes": ["x"]}],
)
def test_what_is_no_old_flow_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(NotAFlow, match="nodes"):
        carried(document)


@pytest.mark.parametrize(
    "odd",
    [
        engine("1", "ivr_menu", menuOptions="x", timeout={"a": 1}),
        engine("1", "business_hours", businessHours={"monday": {"open": "x"}}, timezone="Mars"),
        engine("1", "traffic_splitter", splits=[{"percentage": "x"}]),
        engine("1", "tracking_pixel", url="ftp://x"),
        engine("1", "advanced_router", destinations=[{"phoneNumber": 7}]),
        engine("1", "condition", conditionType="time", startTime="x"),
        {"id": "1", "type": "play", "data": None, "connections": "x"},
    ],
)
def test_odd_settings_are_told_and_never_break(odd: dict[str, Any]) -> None:
    document, not_carried = carried({"nodes": [odd]})
    fit(document)
    assert not_carried


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.key)
async def test_templates_have_no_errors_and_pass_their_tests(template: Any) -> None:
    flow = fit({**template.document, "id": str(uuid4())})
    assert [one for one in inspect(flow, set()) if one.weight is Weight.ERROR] == []
    assert len(flow.tests) >= 2
    playing = PlayingDesk(None)  # type: ignore[arg-type]  # no code is run here
    desk = SimulatingDesk(*[None] * 4, playing)  # type: ignore[call-arg,arg-type]  # all is given
    book = Book({FlowId(flow.id): (DRAFT, flow)})
    tested = await desk.tested(book, flow, DRAFT, a_session().account_id)
    assert [test.differences for test in tested.tests] == [()] * len(flow.tests)
