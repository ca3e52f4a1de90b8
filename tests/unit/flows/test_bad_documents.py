"""Documents that cannot be flows, each refused with the field that is wrong and what is allowed."""

import time
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.flow_edits import DOCUMENT_BYTES_MAX, SaveFlow, Weight
from services.flows.desk.inspecting import FINDINGS_MAX, foremost
from services.flows.domain.flow import NODES_MAX
from services.flows.domain.inspect import inspect
from services.flows.domain.unfit import Unfit, fit
from tests.kit.hosting import TESTER

MENU = {
    "type": "menu",
    "id": "menu",
    "prompt": {"text": "Press 1."},
    "options": [{"key": "1"}],
}
BYE = {"type": "hang_up", "id": "bye"}
WIRE = {"source": "menu", "port": "1", "target": "bye"}
GOOD: dict[str, Any] = {
    "id": str(UUID(int=1)),
    "name": "Front desk",
    "start": "menu",
    "nodes": [MENU, BYE],
    "edges": [WIRE],
}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


CODE = {"type": "code", "id": "menu", "routes": ["1"], "source": "return {};"}
ASKS = {"type": "http_request", "id": "menu", "url": "https://a.example.com"}
GATHER = {"type": "gather", "id": "menu", "prompt": {"text": "?"}, "tag": "zip"}

BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown type": ({**GOOD, "nodes": [MENU, {**BYE, "type": "dance"}]}, "nodes.1", "'dance'"),
    "no type": ({**GOOD, "nodes": [MENU, {"id": "bye"}]}, "nodes.1", "'type'"),
    "an unknown field": (
        {**GOOD, "nodes": [{**MENU, "colour": "red"}, BYE]},
        "nodes.0.colour",
        "not permitted",
    ),
    "no start": (without("start"), "start", "required"),
    "a start that is not there": ({**GOOD, "start": "door"}, "start", "door is no node"),
    "no nodes": ({**GOOD, "nodes": []}, "nodes", "at least 1"),
    "an id twice": ({**GOOD, "nodes": [MENU, BYE, BYE]}, "nodes.2.id", "another node too"),
    "a wire from nowhere": (
        {**GOOD, "edges": [{**WIRE, "source": "door"}]},
        "edges.0.source",
        "door is no node",
    ),
    "a wire to nowhere": (
        {**GOOD, "edges": [WIRE, {**WIRE, "port": "timeout", "target": "door"}]},
        "edges.1.target",
        "door is no node",
    ),
    "a wire from no port": (
        {**GOOD, "edges": [{**WIRE, "port": "7"}]},
        "edges.0.port",
        "no such port: 1, invalid, timeout",
    ),
    "two wires from a port": ({**GOOD, "edges": [WIRE, WIRE]}, "edges", "two wires"),
    "too many nodes": (
        {**GOOD, "nodes": [{**BYE, "id": f"n{at}"} for at in range(10_000)]},
        "nodes",
        f"at most {NODES_MAX}",
    ),
    "another language": ({**GOOD, "spec_version": 2}, "spec_version", "should be 1"),
    "audio that is no address": (
        {**GOOD, "nodes": [{**MENU, "prompt": {"audio": "hold.mp3"}}, BYE]},
        "nodes.0.prompt.audio",
        "https?://",
    ),
    "words and audio": (
        {**GOOD, "nodes": [{**MENU, "prompt": {"text": "a", "audio": "https://a/b"}}, BYE]},
        "nodes.0.prompt",
        "either text or audio",
    ),
    "a pattern that could blow up": (
        {**GOOD, "nodes": [{**GATHER, "pattern": r"(a+)+\1"}, BYE], "edges": []},
        "nodes.0.pattern",
        "",
    ),
    "a path that is none": (
        {**GOOD, "nodes": [{**ASKS, "mapping": [{"tag": "a", "path": "$[["}]}, BYE], "edges": []},
        "nodes.0.mapping.0.path",
        "no JSONPath",
    ),
    "code that is too long": (
        {**GOOD, "nodes": [{**CODE, "source": "x" * 32_001}, BYE]},
        "nodes.0.source",
        "at most 32000",
    ),
    "shares that do not add up": (
        {
            **GOOD,
            "nodes": [{"type": "splitter", "id": "menu", "branches": [{"name": "1"}]}, BYE],
        },
        "nodes.0.branches",
        "1 percent, not 100",
    ),
    "an endless play": (
        {
            **GOOD,
            "nodes": [{"type": "play", "id": "menu", "prompts": [{"text": "a"}] * 6, "loop": 10}],
            "edges": [],
        },
        "nodes.0.loop",
        "at most 50",
    ),
}


@pytest.mark.parametrize(("document", "path", "problem"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_named(document: dict[str, Any], path: str, problem: str) -> None:
    with pytest.raises(Unfit) as refused:
        fit(document)
    named, told = refused.value.problems[0]
    assert named == path
    assert problem in told


def test_a_document_has_so_many_bytes() -> None:
    document = {**GOOD, "layout": {"menu": "x" * DOCUMENT_BYTES_MAX}}
    with pytest.raises(ValueError, match=f"a flow has at most {DOCUMENT_BYTES_MAX}"):
        SaveFlow(account_id=UUID(int=1), actor=TESTER, document=document)


@pytest.mark.parametrize("document", [None, [], "flow", 7])
def test_what_is_no_object_is_no_flow(document: Any) -> None:
    with pytest.raises(Unfit, match="is a JSON object"):
        fit(document)


def test_a_macro_that_nobody_knows_forbids_publishing() -> None:
    flow = fit({**GOOD, "nodes": [{**MENU, "prompt": {"text": "Hello {nmae}."}}, BYE]})
    (finding,) = [one for one in inspect(flow, set()) if one.weight is Weight.ERROR]
    assert (finding.code, finding.node, finding.path) == ("macro", "menu", "prompt.text")
    assert finding.text == "{nmae} at character 7 is no known macro"


FINDINGS: dict[str, tuple[dict[str, Any], str, str]] = {
    "unreachable": ({"nodes": [MENU, BYE, {**BYE, "id": "far"}]}, "unreachable", "far"),
    "a loop without input": (
        {
            "start": "a",
            "nodes": [
                {"type": "set_tags", "id": "a", "tags": {"x": "1"}},
                {"type": "set_tags", "id": "b", "tags": {"x": "1"}},
            ],
            "edges": [
                {"source": "a", "port": "done", "target": "b"},
                {"source": "b", "port": "done", "target": "a"},
            ],
        },
        "loop",
        "b",
    ),
    "a dead end": ({"edges": []}, "dead_end", "menu"),
    "a port that leads nowhere": ({}, "unconnected", "menu"),
    "no way for the silent": ({}, "timeout", "menu"),
    "a tag that nobody sets": (
        {"nodes": [{**MENU, "prompt": {"text": "[tag:user:zip]"}}, BYE]},
        "unknown_tag",
        "menu",
    ),
    "a macro that nobody knows": (
        {"nodes": [{**MENU, "prompt": {"text": "{zip}"}}, BYE]},
        "macro",
        "menu",
    ),
    "music that is missing": (
        {"start": "bye", "nodes": [{"type": "hold", "id": "bye"}], "edges": []},
        "audio",
        "bye",
    ),
    "a way that is too long": (
        {"nodes": [{**MENU, "prompt": {"text": "word " * 400}}, BYE]},
        "patience",
        "",
    ),
    "a sub-flow that is not there": (
        {
            "start": "s",
            "nodes": [{"type": "sub_flow", "id": "s", "flow_id": str(UUID(int=9))}],
            "edges": [],
        },
        "sub_flow",
        "s",
    ),
}


@pytest.mark.parametrize(("changes", "code", "node"), FINDINGS.values(), ids=FINDINGS)
def test_what_is_doubtful_is_found(changes: dict[str, Any], code: str, node: str) -> None:
    found = {(one.code, one.node) for one in inspect(fit({**GOOD, **changes}), set())}
    assert (code, node) in found


def test_the_largest_flow_is_inspected_in_a_moment() -> None:
    nodes = [{**MENU, "id": f"n{at}"} for at in range(NODES_MAX)]
    edges = [
        {"source": f"n{at}", "port": port, "target": f"n{(at * 7 + step) % NODES_MAX}"}
        for at in range(NODES_MAX)
        for step, port in enumerate(("1", "invalid", "timeout"), 1)
    ]
    flow = fit({**GOOD, "start": "n0", "nodes": nodes, "edges": edges})
    began = time.perf_counter()
    inspect(flow, set())
    assert time.perf_counter() - began < 2


def test_of_many_findings_the_errors_come_first_and_the_rest_is_counted() -> None:
    nodes = [{**MENU, "id": f"n{at}"} for at in range(FINDINGS_MAX)]
    nodes[-1] = {**MENU, "id": "last", "prompt": {"text": "{nmae}"}}
    found = inspect(fit({**GOOD, "start": "n0", "nodes": nodes, "edges": []}), set())
    told = foremost(found)
    assert (len(told), told[0].code, told[0].node) == (FINDINGS_MAX + 1, "macro", "last")
    assert told[-1].text == f"and {len(found) - FINDINGS_MAX} findings more"
