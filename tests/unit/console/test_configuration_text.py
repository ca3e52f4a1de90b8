"""An account's configuration as a document: lossless, strict, and compared as people compare."""

import random
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.contracts.bulk import AccountConfiguration
from services.console.domain.configuration_difference import difference, note
from services.console.domain.configuration_document import BadDocument, plain_of
from services.console.domain.configuration_schema import schema
from services.console.domain.yaml_text import read, write
from tests.unit.console.configurations import EMPTY, configurations, understood, written

ACME, DESK, NIGHT = (f"018f3b1c-0000-7000-8000-00000000000{at}" for at in (2, 3, 4))
SMALL = f"""\
format: 1
buyers:
- id: {ACME}
  name: Acme
  caps:
    concurrency: 5
targets:
- id: {DESK}
  name: Front desk
  buyer: Acme
  destination:
    kind: phone
    number: '+15550100001'
- id: {NIGHT}
  name: Night desk
  buyer: Acme
  destination:
    kind: phone
    number: '+15550100002'
campaigns:
- name: Roofing
  assignments:
  - target: Front desk
  - target: Night desk
    priority: 2
pools:
- name: visitors
  campaign: Roofing
"""


VALIDATOR = jsonschema.Draft202012Validator(schema())


@settings(max_examples=60)
@given(configurations(), st.randoms())
def test_a_document_loses_nothing_and_is_always_written_alike(
    configuration: AccountConfiguration, chance: random.Random
) -> None:
    text = written(configuration)
    again = understood(text)
    for kind in ("buyers", "targets", "groups", "campaigns", "pools", "numbers"):
        wanted = {one.id: one for one in getattr(configuration, kind)}
        assert {one.id: one for one in getattr(again, kind)} == wanted
    assert again.defaults == configuration.defaults
    assert written(again) == text
    assert difference(configuration, again, prune=True) == []
    shuffled = {
        name: tuple(chance.sample(list(getattr(again, name)), len(getattr(again, name))))
        for name in ("buyers", "targets", "campaigns", "pools", "numbers")
    }
    assert written(again.model_copy(update=shuffled)) == text


@settings(max_examples=20)
@given(configurations())
def test_every_document_is_as_its_schema_says(configuration: AccountConfiguration) -> None:
    plain = orjson.loads(orjson.dumps(plain_of(configuration)))
    assert [fault.message for fault in VALIDATOR.iter_errors(plain)] == []


def test_the_schema_refuses_what_is_refused() -> None:
    for wrong in ({}, {"format": 1, "buyer": []}, {"format": 1, "buyers": [{"nam": "Acme"}]}):
        assert list(VALIDATOR.iter_errors(wrong)) != []


@settings(max_examples=40)
@given(configurations(), configurations())
def test_what_differs_is_what_an_import_must_bring(
    before: AccountConfiguration, after: AccountConfiguration
) -> None:
    changes = difference(before, after, prune=True)
    named = {(change.kind, change.id) for change in changes}
    for kind in ("buyers", "targets", "groups", "campaigns", "pools", "numbers"):
        was = {str(one.id): one for one in getattr(before, kind)}
        wanted = {str(one.id): one for one in getattr(after, kind)}
        differing = {id for id in {*was, *wanted} if was.get(id) != wanted.get(id)}
        assert {(kind, id) for id in differing} == {one for one in named if one[0] == kind}
    assert note(changes, []).count("\n") >= len(changes)


@given(
    st.recursive(st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(), st.lists)
)
def test_plain_values_are_read_as_they_were_written(value: Any) -> None:
    assert read(write(value))[0] == value


@settings(max_examples=40)
@given(configurations(), configurations())
def test_a_document_means_the_same_in_any_account(
    configuration: AccountConfiguration, elsewhere: AccountConfiguration
) -> None:
    """So that going back to an old one works, whatever was made meanwhile."""
    there = understood(written(configuration), elsewhere)
    assert difference(configuration, there, prune=True) == []


def test_hand_written_things_are_known_by_their_names_and_stay_the_same() -> None:
    first = understood(SMALL)
    assert first.pools[0].campaign_id == first.campaigns[0].id
    assert understood(SMALL) == first
    assert understood(SMALL, first) == first
    without = SMALL.replace(f"- id: {ACME}\n  name: Acme", "- name: Acme")
    assert understood(without, first).buyers == first.buyers


@pytest.mark.parametrize(
    ("was", "becomes", "path", "problem"),
    [
        ("concurrency: 5", "concurency: 5", "buyers.0.caps.concurency", "no such key"),
        ("concurrency: 5", "concurrency: 0", "buyers.0.caps.concurrency", "greater than or equal"),
        ("buyers:", "buyer:", "buyer", "no such key"),
        ("format: 1", "format: 2", "format", "is 1"),
        ("target: Front desk", "target: Desk", "campaigns.0.assignments.0.target", "names nothing"),
        ("name: Night desk", "name: Front desk", "campaigns.0.assignments.0.target", "2 of the"),
        ("  campaign: Roofing", "  campaign: Roofs", "pools.0.campaign", "names nothing"),
        (f"- id: {NIGHT}", f"- id: {DESK}", "targets.1", "stands there twice"),
        ("  name: Acme\n", "  name: Acme\n  name: Bravo\n", "buyers.0.name", "stands there twice"),
        ("  buyer: Acme\n  destination:\n    kind: phone\n    number: '+15550100001'",
         "  buyer: Acme\n  destination:\n    kind: phone\n    number: '5550100001'",
         "targets.0.destination.number", "is no phone number"),
        ("format: 1", "format: 1\nx: &x [*x]", "", "contains itself"),
        ("format: 1", "format: 1\nx: !!python/name:os.system ''", "", "tag"),
    ],
)  # fmt: skip
def test_a_bad_document_is_refused_with_its_path_and_line(
    was: str, becomes: str, path: str, problem: str
) -> None:
    assert was in SMALL
    with pytest.raises(BadDocument) as no:
        understood(SMALL.replace(was, becomes, 1))
    found = no.value.problems[0]
    assert found.path == path or not path
    assert problem in found.problem or "is no text" in found.problem
    assert "(line " in found.problem


def test_anchors_may_be_used_and_may_not_explode() -> None:
    shared = SMALL.replace("concurrency: 5", "concurrency: 5\n  schedule: &office {zone: UTC}")
    shared = shared.replace("name: Night desk", "name: Night desk\n  schedule: *office")
    configuration = understood(shared)
    assert configuration.targets[1].schedule == configuration.buyers[0].schedule
    bomb = "format: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 9)
    )
    with pytest.raises(BadDocument) as no:
        understood(bomb)
    assert "aliases stand for more than" in no.value.problems[0].problem
    with pytest.raises(BadDocument) as no:
        understood("[" * 5_000)
    assert "levels deep" in no.value.problems[0].problem


def test_three_changes_read_like_a_reviewers_note() -> None:
    before = understood(SMALL)
    after = SMALL.replace("concurrency: 5", "concurrency: 8")
    after = after.replace("  - target: Night desk\n    priority: 2\n", "")
    after = after.replace(
        "pools:", f"- id: {NIGHT}\n  name: Gutters\n  assignments:\n  - target: Night desk\npools:"
    )
    changes = difference(before, understood(after, before), prune=False)
    assert note(changes, [("Roofing", "it has nobody to dial")]) == (
        "3 changes: 1 new, 2 changed.\n"
        "\n"
        "~ buyer Acme\n"
        "    caps.concurrency: 5 -> 8\n"
        "~ campaign Roofing\n"
        "    assignments[Night desk]: priority 2 -> nothing\n"
        "+ campaign Gutters\n"
        "    assignments[Night desk]: as usual\n"
        "\n"
        "Paused by it:\n"
        "  campaign Roofing: it has nobody to dial\n"
    )
    gone = difference(before, EMPTY, prune=True)
    assert {change.action for change in gone} == {"retired"}
    assert note([], []) == "Nothing changes.\n"
