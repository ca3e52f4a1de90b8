"""A real call walked again, with what was heard and answered then."""

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from libs.contracts.flow_looks import FlowStep
from libs.contracts.flow_simulation import FlowScript, FlowSimulated
from libs.contracts.flows import Keyed, LegOver, Recorded
from services.flows.domain.book import Book
from services.flows.domain.engine import (
    Asking,
    Outcome,
    Turn,
    Walk,
    answered,
    begin,
    go_on,
    numbered,
)
from services.flows.domain.flow import Flow
from services.flows.domain.moves import Answered, Buyer, Told
from services.flows.domain.playing import simulated, told
from services.flows.domain.session import Session

NOT_ASKED = "this was not asked in the real call"


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """What was heard after a step of a real call, and what the world answered then."""

    at: datetime
    heard: Keyed | Recorded | LegOver | None
    answers: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Recording:
    """A real call as it is kept."""

    session: Session
    turns: Sequence[RecordedTurn]
    steps: Sequence[FlowStep]


class _Memory:
    """The world's answers of then, by the node that asked, each once."""

    def __init__(self, turns: Sequence[RecordedTurn]) -> None:
        self._answers: defaultdict[tuple[str, str], deque[Answered]] = defaultdict(deque)
        for turn in turns:
            for one in turn.answers:
                self._answers[one.node, one.asked].append(one.answer)

    def answer(self, asking: Asking) -> Answered:
        session = asking.walk.session
        kept = self._answers[session.place_of(session.node), asking.wanted.kind]
        return kept.popleft() if kept else Answered(failed=NOT_ASKED)


def rewalk(recording: Recording, book: Book, flow: Flow, version: int) -> FlowSimulated:
    """Walk a recorded call in a document; what was heard then is heard again, in its order."""
    then, memory = recording.session, _Memory(recording.turns)
    began = then.started_at
    session = then.model_copy(
        update={
            "flow_id": flow.id,
            "version": version,
            "flow_name": flow.name,
            "node": flow.start,
            "entered_at": began,
            "step": 0,
            "turns": 0,
            "keep": {},
            "frames": (),
            "visits": {},
            "tags": then.given,
            "sensitive": frozenset(),
            "plan": None,
            "branches": {},
            "spoken": False,
            "finished": "",
        }
    )
    turn = _turn(begin(session, book, began), book, memory, began)
    turns, at = [told(turn, began)], began
    for recorded in recording.turns:
        if recorded.heard is None or not turn.waits:
            continue
        at = recorded.at
        turn = _turn(go_on(Walk(turn.session), recorded.heard, book, at), book, memory, at)
        turns.append(told(turn, at))
    script = FlowScript(name=f"call {then.call_id}", caller=then.caller)
    return simulated(script, turns, turn, began, at)


def _turn(outcome: Outcome, book: Book, memory: _Memory, now: datetime) -> Turn:
    while isinstance(outcome, Asking):
        if isinstance(outcome.wanted, Buyer):
            outcome = replace(outcome, walk=numbered(outcome.walk, outcome.walk.session.step + 1))
        given = memory.answer(outcome)
        outcome = go_on(answered(outcome, given), given, book, now)
    return outcome


def differing(then: Sequence[FlowStep], now: FlowSimulated) -> Iterator[str]:
    """The steps that came out otherwise than in the real call."""
    steps = [step for turn in now.turns for step in turn.steps]
    for at in range(max(len(then), len(steps))):
        old = _told(then[at]) if at < len(then) else "nothing"
        new = _told(steps[at]) if at < len(steps) else "nothing"
        if old != new:
            yield f"step {at + 1}: {old} then, {new} now"


def _told(step: FlowStep) -> str:
    tags = ", ".join(f"{name}={value}" for name, value in sorted(step.tags.items()))
    return f"{step.node} {step.port}".strip() + (f" ({tags})" if tags else "")
