"""The engine's limits, and what becomes of a caller when a node breaks: somebody takes her."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.contracts.flows import Keyed
from libs.contracts.ids import FlowId
from libs.contracts.voice import Say
from services.flows.domain.book import Book
from services.flows.domain.engine import (
    ASKS_MAX,
    FRAMES_MAX,
    LASTS,
    STEPS_MAX,
    TURNS_MAX,
    VISITS_MAX,
    Asking,
    Left,
    Outcome,
    Turn,
    Walk,
    answered,
    begin,
    go_on,
)
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered
from services.flows.domain.unfit import fit
from tests.unit.flows.scenes import A_MONDAY, a_session, leg_over

MAIN, SUB = FlowId(UUID(int=3)), FlowId(UUID(int=4))
MENU = {"type": "menu", "id": "menu", "prompt": {"text": "1?"}, "options": [{"key": "1"}]}
CODE = {"type": "code", "id": "code", "routes": ["on"], "source": "return {route: 'on'}"}
BYE = {"type": "hang_up", "id": "bye", "prompt": {"text": "Bye."}}


def a_flow(*nodes: dict[str, Any], edges: str = "", id_: FlowId = MAIN, **more: Any) -> Flow:
    """Nodes with wires written as "menu 1 bye, menu timeout bye"."""
    wires = [
        dict(zip(("source", "port", "target"), one.split(), strict=True))
        for one in edges.split(",")
        if one
    ]
    return fit(
        {
            "id": str(id_),
            "name": "F",
            "start": nodes[0]["id"],
            "nodes": nodes,
            "edges": wires,
            **more,
        }
    )


def a_book(*flows: Flow) -> Book:
    return Book({FlowId(flow.id): (1, flow) for flow in flows})


def begun(book: Book, **session: Any) -> Outcome:
    start = book.flow(MAIN, 1).start
    return begin(a_session(start, **session), book, A_MONDAY)


def ended(outcome: Outcome) -> Turn:
    assert isinstance(outcome, Turn)
    return outcome


def told(outcome: Outcome, book: Book, **answer: Any) -> Outcome:
    """The walk goes on with an answer to what it asked."""
    assert isinstance(outcome, Asking)
    given = Answered(**answer)
    return go_on(answered(outcome, given), given, book, A_MONDAY)


def keyed(turn: Outcome, book: Book, digits: str, later: timedelta = timedelta()) -> Outcome:
    return go_on(Walk(ended(turn).session), Keyed(digits=digits), book, A_MONDAY + later)


def test_a_circle_in_which_nobody_waits_ends_at_normal_routing() -> None:
    says = {"type": "set_tags", "tags": {"a": "b"}}
    book = a_book(a_flow({**says, "id": "x"}, {**says, "id": "y"}, edges="x done y,y done x"))

    turn = ended(begun(book))

    assert (turn.left, turn.waits) in {(Left.LOOP, False), (Left.VISITS, False)}
    assert len(turn.walk.steps) <= STEPS_MAX


def test_a_long_way_without_waiting_ends_at_the_hundredth_node() -> None:
    nodes = [
        {"type": "set_tags", "id": f"n{at}", "tags": {"a": "b"}} for at in range(STEPS_MAX + 1)
    ]
    edges = ",".join(f"n{at} done n{at + 1}" for at in range(STEPS_MAX))
    turn = ended(begun(a_book(a_flow(*nodes, edges=edges))))

    assert turn.left == Left.LOOP
    assert len(turn.walk.steps) == STEPS_MAX


def test_who_comes_to_a_node_too_often_is_given_back() -> None:
    book = a_book(a_flow(MENU, edges="menu 1 menu"))
    turn = begun(book)
    for _ in range(VISITS_MAX - 1):
        turn = keyed(turn, book, "1")
        assert ended(turn).waits
    assert ended(keyed(turn, book, "1")).left == Left.VISITS


def test_a_call_has_so_many_turns() -> None:
    book = a_book(a_flow({**MENU, "repeat_key": "*"}))
    turn = begun(book)
    for _ in range(TURNS_MAX):
        turn = keyed(turn, book, "*")
        assert ended(turn).waits
    assert ended(keyed(turn, book, "*")).left == Left.TURNS


def test_a_call_that_lasts_too_long_is_given_back_but_a_leg_is_heard_out() -> None:
    book = a_book(a_flow(MENU, BYE, edges="menu 1 bye"))
    just, over = LASTS, LASTS + timedelta(seconds=1)
    assert ended(keyed(begun(book), book, "1", just)).left == ""
    assert ended(keyed(begun(book), book, "1", over)).left == Left.LATE

    talks = a_book(a_flow({"type": "router", "id": "desk"}))
    about = {"account_id": str(UUID(int=2)), "step": 1}
    dial = {"verb": "dial", "destination": {"kind": "phone", "number": "+15550100001"}}
    ringing = told(begun(talks), talks, value={"outcome": "dial", "dial": dial, **about})
    heard = leg_over("completed", bridged=True, caller_gone=True)
    turn = ended(go_on(Walk(ended(ringing).session), heard, talks, A_MONDAY + over))
    assert (turn.left, turn.session.finished) == ("", "the caller hung up")


def test_a_turn_asks_so_many_questions() -> None:
    book = a_book(a_flow(CODE, edges="code on code"))
    outcome = begun(book)
    for _ in range(ASKS_MAX - 1):
        outcome = told(outcome, book, value={"route": "on"})
        assert isinstance(outcome, Asking)
    turn = ended(told(outcome, book, value={"route": "on"}))
    assert (turn.walk.steps[-1].port, turn.walk.steps[-1].note) == (
        "failure",
        "too many questions in a turn",
    )
    assert turn.left == Left.UNCONNECTED


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ({"failed": "time: 50 ms"}, "time: 50 ms"),
        ({"value": {"route": "off"}}, "no such route: off"),
        ({"value": ["on"]}, "it returned something: Input should be a valid dictionary"),
        ({"value": {"route": "on", "data": {"a": 1}}}, "it returned data.a: Input should be"),
    ],
)
def test_a_node_that_breaks_takes_its_failure_port(answer: dict[str, Any], note: str) -> None:
    book = a_book(a_flow(CODE, BYE, edges="code failure bye"))
    turn = ended(told(begun(book), book, **answer))
    assert turn.walk.steps[0].port == "failure"
    assert turn.walk.steps[0].note.startswith(note)
    assert turn.left == ""


def test_without_a_failure_port_the_plan_takes_the_call() -> None:
    book = a_book(a_flow(CODE, MENU, edges="code on menu"))
    assert ended(told(begun(book), book, failed="died")).left == Left.UNCONNECTED
    menu = told(begun(book), book, value={"route": "on"})
    turn = ended(go_on(Walk(ended(menu).session), leg_over("busy"), book, A_MONDAY))
    assert turn.left == "a node broke: a menu does not wait for leg_over"


def test_what_an_earlier_node_said_is_heard_before_the_plan_takes_over() -> None:
    hello = {"type": "play", "id": "hello", "prompts": [{"text": "Hello."}]}
    turn = ended(begun(a_book(a_flow(hello))))
    assert turn.left == Left.UNCONNECTED
    assert turn.walk.said == (Say(text="Hello."),)


def test_an_address_that_is_none_is_not_played_and_breaks_nothing() -> None:
    plays = {"type": "play", "id": "p", "prompts": [{"audio": "{song}"}, {"text": "Hello."}]}
    turn = ended(begun(a_book(a_flow(plays)), tags={"song": "no address"}))
    assert turn.walk.said == (Say(text="Hello."),)


def test_a_request_that_macros_make_too_long_is_not_sent_and_the_call_goes_on() -> None:
    longest = "{a}" * 30
    url = f"https://a.example.com/?x={longest}"
    pixel = {"type": "pixel", "id": "px", "url": url, "event": "seen"}
    asks = {"type": "http_request", "id": "asks", "url": url}
    book = a_book(a_flow(pixel, asks, BYE, edges="px done asks,asks failure bye"))

    turn = ended(begun(book, tags={"a": "x" * 2_000}))

    assert [step.note for step in turn.walk.steps[:2]] == ["the request is too long to be sent"] * 2
    assert [effect.kind for _, effect in turn.walk.effects] == ["marked"]
    assert turn.left == ""


def test_a_sub_flow_is_left_by_its_exit_and_comes_home() -> None:
    calls = {"type": "sub_flow", "id": "calls", "flow_id": str(SUB), "exits": ["good"]}
    main = a_flow(calls, BYE, edges="calls good bye,calls done calls")
    sub = a_flow(MENU, {"type": "exit", "id": "out", "port": "good"}, edges="menu 1 out", id_=SUB)
    book = a_book(main, sub)
    turn = ended(begun(book))
    assert (turn.session.flow_id, turn.session.frames[0].node) == (SUB, "calls")

    turn = ended(keyed(turn, book, "1"))

    assert [(step.node, step.port) for step in turn.walk.steps] == [
        ("menu", "1"),
        ("out", ""),
        ("calls", "good"),
        ("bye", ""),
    ]
    assert (turn.session.flow_id, turn.session.frames) == (MAIN, ())


def test_an_exit_that_the_caller_does_not_know_is_done() -> None:
    calls = {"type": "sub_flow", "id": "calls", "flow_id": str(SUB)}
    sub = a_flow({"type": "exit", "id": "out", "port": "strange"}, id_=SUB)
    turn = ended(begun(a_book(a_flow(calls, BYE, edges="calls done bye"), sub)))
    assert [step.port for step in turn.walk.steps] == ["(into)", "", "done", ""]


def test_flows_call_each_other_only_so_deep() -> None:
    calls = {"type": "sub_flow", "id": "calls", "flow_id": str(MAIN)}
    turn = ended(begun(a_book(a_flow(calls, BYE, edges="calls failure bye"))))
    assert [step.port for step in turn.walk.steps] == ["(into)"] * (FRAMES_MAX + 1) + [
        "failure",
        "",
    ]


def test_a_sub_flow_that_is_not_there_is_a_failure() -> None:
    calls = {"type": "sub_flow", "id": "calls", "flow_id": str(SUB)}
    turn = ended(begun(a_book(a_flow(calls, BYE, edges="calls failure bye"))))
    assert [(step.port, step.note) for step in turn.walk.steps[:2]] == [
        ("(into)", ""),
        ("failure", "its flow is not there"),
    ]


def test_chance_is_another_at_each_visit_and_the_same_when_a_turn_is_walked_again() -> None:
    branches = [{"name": name, "share": 50} for name in "ab"]
    splits = {"type": "splitter", "id": "ab", "branches": branches}
    edges = "ab a menu,ab b menu,menu 1 ab"
    book = a_book(a_flow(splits, MENU, edges=edges))

    def drawn(seed: int) -> list[str]:
        turn, ports = begun(book, seed=seed), []
        for _ in range(30):
            ports += [step.port for step in ended(turn).walk.steps if step.node == "ab"]
            turn = keyed(turn, book, "1")
        return ports

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    assert set(drawn(7)) == {"a", "b"}
