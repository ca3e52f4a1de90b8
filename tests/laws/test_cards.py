"""A service's card says what its code does: what it answers, asks, publishes, consumes, owns."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from libs.contracts.catalogue import ASKS, ASKS_BESIDE, CATALOGUE, QUESTIONS, SERVICES, owner_of
from libs.contracts.streams import DURABLES

SERVICES_FOLDER = Path(__file__).parents[2] / "services"
SUBJECT = re.compile(r"(?:ask|event)\.[a-z_.]+\.v\d+")
CLASSES = {question.__name__: subject for subject, question in QUESTIONS.items()}


def card(service: str) -> dict[str, str]:
    """A card's entries: the first word of a line that is not indented, and all that follows it."""
    text = importlib.import_module(f"services.{service}").__doc__ or ""
    entries: dict[str, str] = {}
    name = ""
    for line in text.splitlines()[2:]:
        if line and not line.startswith(" "):
            name, _, rest = line.partition("  ")
            entries[name] = rest
        elif name:
            entries[name] += line
    return entries


def named_questions(service: str) -> set[str]:
    """The questions that a service's code names at all."""
    named: set[str] = set()
    for path in (SERVICES_FOLDER / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Name) and node.id in CLASSES:
                named.add(CLASSES[node.id])
    return named


@pytest.mark.parametrize("service", SERVICES)
def test_a_card_names_what_the_service_answers_and_asks(service: str) -> None:
    said = set(SUBJECT.findall(card(service).get("answers", "")))
    asked = set(SUBJECT.findall(card(service).get("asks", "")))
    named = named_questions(service)
    assert said == {subject for subject in named if owner_of(subject) == service}
    assert asked == {subject for subject in named if owner_of(subject) != service}
    in_order = asked - set(ASKS_BESIDE.get(service, ()))
    assert {owner_of(subject) for subject in in_order} <= set(ASKS[service])


def test_every_question_has_a_card_that_answers_it() -> None:
    said = {s for service in SERVICES for s in SUBJECT.findall(card(service).get("answers", ""))}
    assert said == set(QUESTIONS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_card_names_what_the_service_publishes_and_consumes(service: str) -> None:
    said = set(SUBJECT.findall(card(service).get("publishes", "")))
    facts = {s for s, kind in CATALOGUE.items() if getattr(kind, "publisher", "") == service}
    assert said == facts
    consumed = card(service).get("consumes", "")
    for durable in DURABLES:
        assert (durable.name in consumed) == (durable.service == service)


@pytest.mark.parametrize("service", [service for service in SERVICES if service != "ingress"])
def test_a_card_names_the_schema_the_service_owns(service: str) -> None:
    tables = importlib.import_module(f"services.{service}.tables")
    assert tables.metadata.schema == service
    assert f"schema `{service}`" in card(service)["owns"]
