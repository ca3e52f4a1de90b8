"""Each kind of node, with each of its options: what it does is written down, and seen to change.

A file of cases for each kind: the first is its example as it is; every other sets fields, hears
the same unless it says otherwise, and ends otherwise than the case it is `like`.  `make goldens`
writes anew what they do.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from libs.contracts.flow_routing import FlowPlan
from libs.contracts.message import Document
from services.flows.domain.language import examples
from services.flows.domain.nodes.condition import Case
from services.flows.domain.nodes.menu import Option
from services.flows.domain.nodes.requests import Mapped
from services.flows.domain.nodes.splitter import Branch
from services.flows.domain.prompt import Prompt
from tests.unit.flows.scenes import KINDS, a_node, moves_of

FOLDER = Path(__file__).parent / "golden"
SAID = {"id", "label", "type"}
OF_THE_ENGINE = {"sub_flow": {"flow_id", "exits"}}  # what they do is in test_engine


def cases_of(type_: str) -> dict[str, dict[str, Any]]:
    """The cases of a kind, by name."""
    found: dict[str, dict[str, Any]] = json.loads((FOLDER / f"{type_}.json").read_text())
    return found


def played(type_: str, cases: dict[str, dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """What a case comes to now."""
    case = cases[name]
    like = cases[case["like"]] if "like" in case else {}
    node = a_node(type_, **{**like.get("set", {}), **case.get("set", {})})
    session = {**like.get("session", {}), **case.get("session", {})}
    if "now" in session:
        session["now"] = datetime.fromisoformat(session["now"])
    return moves_of(node, case.get("heard", like.get("heard", [])), **session)


ALL = [(type_, name) for type_ in KINDS for name in cases_of(type_)]


@pytest.mark.parametrize(("type_", "name"), ALL, ids=lambda value: str(value))
def test_a_node_does_what_is_written_down(type_: str, name: str) -> None:
    cases = cases_of(type_)
    came = played(type_, cases, name)
    if os.environ.get("GOLDENS"):
        cases[name]["moves"] = came
        (FOLDER / f"{type_}.json").write_text(json.dumps(cases, indent=1) + "\n")
    assert came == cases[name]["moves"]
    if "like" in cases[name]:
        assert came != cases[cases[name]["like"]]["moves"], "the option changes nothing"


@pytest.mark.parametrize("type_", KINDS)
def test_every_option_has_a_case_that_flips_it_alone(type_: str) -> None:
    flipped = {
        next(iter(case["set"]))
        for case in cases_of(type_).values()
        if "like" in case and len(case.get("set", {})) == 1
    }
    said = SAID | OF_THE_ENGINE.get(type_, set())
    assert flipped >= set(KINDS[type_].model_fields) - said


WITHIN: dict[tuple[str, str], type[Document]] = {
    ("menu", "options"): Option,
    ("menu", "prompt"): Prompt,
    ("router", "plan"): FlowPlan,
    ("splitter", "branches"): Branch,
    ("condition", "cases"): Case,
    ("http_request", "mapping"): Mapped,
    ("enrich", "mapping"): Mapped,
}
"""Options that have fields of their own."""

INSTEAD = {"audio": "text"}  # one goes when the other comes


@pytest.mark.parametrize(("type_", "option"), WITHIN, ids=lambda value: str(value))
def test_every_field_within_an_option_has_a_case_that_flips_it_alone(
    type_: str, option: str
) -> None:
    cases = cases_of(type_)
    flipped = set()
    for case in cases.values():
        if case.get("set", {}).keys() == {option} and "like" in case:
            like = cases[case["like"]].get("set", {}).get(option, examples()[type_][option])
            changed = changed_in(like, case["set"][option])
            flipped |= changed if len(changed) == 1 else set()
            flipped |= {new for new, old in INSTEAD.items() if changed == {new, old}}
    assert flipped == set(WITHIN[type_, option].model_fields)


def changed_in(before: Any, after: Any) -> set[str]:
    """The fields that differ between two documents, or between lists of them, of one length."""
    if isinstance(before, list):
        if len(before) != len(after):
            return set()
        pairs = zip(before, after, strict=True)
        return {name for old, new in pairs for name in changed_in(old, new)}
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_every_kind_is_shown_by_an_example() -> None:
    assert set(examples()) == set(KINDS) == {path.stem for path in FOLDER.glob("*.json")}
    for type_, example in examples().items():
        assert a_node(type_).model_dump(mode="json", exclude_defaults=True)["id"] == example["id"]
