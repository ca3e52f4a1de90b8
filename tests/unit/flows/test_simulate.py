"""The command plays a caller and says whether it came as expected; docs and demo are true."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.local import demo_flow
from libs.contracts.flow_edits import Weight
from libs.contracts.ids import FlowId
from services.flows.domain.inspect import inspect
from services.flows.domain.language import kinds, type_of
from services.flows.domain.unfit import fit
from services.flows.simulate import main

DOCS = Path(__file__).parents[3] / "docs" / "flows.md"
FLOW = json.loads(re.findall(r"```json\n(.*?)```", DOCS.read_text(), re.DOTALL)[0])


def run(folder: Path, flow: Any, script: Any) -> int:
    paths = folder / "flow.json", folder / "script.json"
    for path, content in zip(paths, (flow, script), strict=True):
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    return main([str(path) for path in paths])


def test_the_documents_flow_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, FLOW, FLOW["tests"][0]) == 0
    told = capsys.readouterr().out
    assert "    hears: For sales, press 1.\n" in told
    assert "    menu [menu] 1, " in told
    assert told.endswith("It ended: the conversation is over.\n")
    assert run(tmp_path, FLOW, {"expects": {"finished": "sold"}}) == 1
    assert "Expected otherwise: it ended as " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flow", "script", "says"),
    [
        ("{", {}, "flow.json: no JSON"),
        ({"nodes": "x"}, {}, "flow.json: nodes is a list"),
        ({**FLOW, "start": "x"}, {}, "\n  start: x is no node of this flow"),
        (FLOW, {"inputs": [{"digits": "a"}]}, "\n  inputs.0.digits: "),
        (FLOW, {"seeds": 1}, "\n  seeds: Extra inputs"),
    ],
)
def test_what_cannot_be_played_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flow: Any, script: Any, says: str
) -> None:
    assert run(tmp_path, flow, script) == 2
    assert says in capsys.readouterr().err


def test_an_old_flow_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = {"nodes": [{"id": "1", "type": "hangup", "data": {"config": {"beep": "x"}}}]}
    assert run(tmp_path, old, {}) == 0
    assert "not carried over: 1 beep: there is no such setting here" in capsys.readouterr().out


def test_the_documents_table_names_every_kind_with_its_ports() -> None:
    rows = re.findall(r"^\| (`.*?) \| .*? \| (.*) \|$", DOCS.read_text(), re.MULTILINE)
    named = {name for names, _ in rows for name in re.findall(r"`(\w+)`", names)}
    assert named == {type_of(kind) for kind in kinds()}


def test_the_demos_flow_has_no_errors() -> None:
    flow = fit(demo_flow.document(FlowId(uuid4())))
    found = inspect(flow, {FlowId(UUID(int=1))})
    assert [one for one in found if one.weight is Weight.ERROR] == []
