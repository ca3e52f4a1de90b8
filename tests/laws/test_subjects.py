"""The subjects obey one grammar, and no stream can answer a question."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from libs.contracts.catalogue import ASKS, ASKS_BESIDE, CATALOGUE, QUESTIONS, SERVICES, owner_of
from libs.contracts.known_numbers import AskNumbers
from libs.contracts.quoting import QuoteCall
from libs.contracts.streams import DURABLES, STREAMS, Durable, Stream

GRAMMAR = re.compile(r"(ask|event)\.[a-z_]+\.[a-z_]+\.v[1-9]\d*")


@pytest.mark.parametrize("subject", CATALOGUE)
def test_a_subject_is_kind_owner_word_version(subject: str) -> None:
    assert GRAMMAR.fullmatch(subject)


@pytest.mark.parametrize("subject", QUESTIONS)
def test_a_question_has_an_owner_and_can_be_refused(subject: str) -> None:
    assert owner_of(subject) in SERVICES
    refusal = '{"outcome":"refused","code":"busy","text":"later"}'
    assert QUESTIONS[subject].answers.validate_json(refusal).code == "busy"


@pytest.mark.parametrize("subject", [s for s in CATALOGUE if s.startswith("event.")])
def test_a_fact_has_one_publisher(subject: str) -> None:
    assert CATALOGUE[subject].publisher in SERVICES  # type: ignore[attr-defined]


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_no_stream_catches_a_question(stream: Stream) -> None:
    """A stream over a request's subject would acknowledge the request itself."""
    assert all(not subject.startswith(("ask.", ">", "*")) for subject in stream.subjects)


@pytest.mark.parametrize("durable", DURABLES, ids=lambda durable: durable.name)
def test_a_durable_is_named_for_its_service(durable: Durable) -> None:
    assert durable.service in SERVICES
    assert durable.name.startswith(f"{durable.service}-")
    assert durable.stream in {stream.name for stream in STREAMS}


def test_the_questions_of_a_call_run_in_no_circle() -> None:
    """What is asked of the ingress is the carrier's REST API, never a turn of a call."""
    graph = {
        asker: [owner for owner in owners if owner != "ingress"] for asker, owners in ASKS.items()
    }
    TopologicalSorter(graph).prepare()


def test_who_answers_a_question_beside_the_order_asks_nobody_for_it() -> None:
    """The desks that give quotes and tell numbers are given nothing to ask with."""
    assert {"rtb": (QuoteCall.subject,), "tracking": (AskNumbers.subject,)} == ASKS_BESIDE
    for name in ("quoting", "known_numbers"):
        desk = Path(f"services/router/desk/{name}.py").read_text()
        assert "libs.runtime.ask" not in desk
        assert "AuctionHouse" not in desk
