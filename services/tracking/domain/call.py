"""What has been told of a call: a fold over facts, in any order and any number of times.

Facts arrive late, twice, out of order, or contradict each other.  So what is kept
is two maps from names to cells: `least` keeps the smallest cell that was ever told
for a name, `greatest` the largest.  Least and greatest care neither for order nor
for grouping nor for repetition, so any process that has heard the same facts has
the same state.  `record.py` reads the call's record from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    CallFellBack,
    CallStatus,
    Fact,
    LegAnswered,
    LegEnded,
    LegRinging,
    RecordingReady,
    RecordingStatus,
)
from libs.contracts.ids import NOBODY
from libs.contracts.routing import CallRouted

Cell = list[int | str]
"""All cells of one name have the same shape, so that any two can be compared."""

Cells = dict[str, Cell]

# Of two words about one thing the later in this list is believed: what was reached
# outweighs what was not, and an end outweighs everything before it.
_BELIEVED_STATUS = (
    CallStatus.QUEUED,
    CallStatus.INITIATED,
    CallStatus.RINGING,
    CallStatus.IN_PROGRESS,
    CallStatus.CANCELED,
    CallStatus.FAILED,
    CallStatus.NO_ANSWER,
    CallStatus.BUSY,
    CallStatus.ANSWERED,
    CallStatus.COMPLETED,
)
_BELIEVED_RECORDING = (
    RecordingStatus.IN_PROGRESS,
    RecordingStatus.ABSENT,
    RecordingStatus.FAILED,
    RecordingStatus.COMPLETED,
)
_ROUTERS_WORD, _ANOTHERS_WORD = 0, 1  # on whose call it is


@dataclass(frozen=True, slots=True)
class Told:
    """Everything told of one call so far, as two maps of cells (see the module)."""

    least: Mapping[str, Cell]
    greatest: Mapping[str, Cell]


NOTHING = Told({}, {})


class Arrival(NamedTuple):
    """The least cell `arrived`."""

    at: str
    call_sid: str
    caller_kind: str
    caller_text: str
    dialled: str


class Routed(NamedTuple):
    """The greatest cell `routed.<step>`: the router's word on a step; empty texts say None."""

    sequence: int
    outcome: str
    reason: str
    at: str
    destination: str
    campaign_id: str
    campaign_name: str
    target_id: str
    target_name: str
    buyer_id: str
    buyer_name: str


class FellBack(NamedTuple):
    """The greatest cell `fell_back.<step>`; `destination` is empty where it closed politely."""

    sequence: int
    destination: str
    reason: str
    at: str


class Recording(NamedTuple):
    """The greatest cell `recording`: the one worth showing; `seconds` -1 says None."""

    rank: int
    step: int
    seconds: int
    sid: str
    status: str


def fold(told: Told, facts: Iterable[Fact]) -> Told:
    """Add facts to what was told; their order and repetition make no difference."""
    least, greatest = dict(told.least), dict(told.greatest)
    for fact in facts:
        _keep(least, _always(fact), min)
        telling = _TELLINGS[type(fact)]
        _keep(least, telling.least(fact), min)
        _keep(greatest, telling.greatest(fact), max)
    return Told(least, greatest)


def join(one: Told, other: Told) -> Told:
    """What two have been told together: the least state that contains both."""
    least, greatest = dict(one.least), dict(one.greatest)
    _keep(least, other.least, min)
    _keep(greatest, other.greatest, max)
    return Told(least, greatest)


def _keep(cells: Cells, more: Mapping[str, Cell], choose: Callable[[Cell, Cell], Cell]) -> None:
    for name, cell in more.items():
        cells[name] = choose(cells[name], cell) if name in cells else cell


def _time(instant: datetime) -> str:
    """In UTC, as all instants here are; such texts sort as the instants do."""
    return instant.isoformat()


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _always(fact: Fact) -> Cells:
    """What every fact tells.  The router knows best whose call it is."""
    cells: Cells = {"heard": [_time(fact.at)]}
    if fact.account_id not in (None, NOBODY):
        word = _ROUTERS_WORD if isinstance(fact, CallRouted) else _ANOTHERS_WORD
        cells["account"] = [word, str(fact.account_id)]
    return cells


def _nothing(_: Any) -> Cells:
    return {}


def _arrival(fact: CallArrived) -> Cells:
    caller = fact.caller
    arrival = Arrival(_time(fact.at), fact.call_sid, caller.kind, caller.text, fact.dialled)
    return {"arrived": list(arrival)}


def _routing(fact: CallRouted) -> Cells:
    routed = Routed(
        fact.sequence,
        fact.outcome,
        fact.reason,
        _time(fact.at),
        _text(fact.destination),
        _text(fact.campaign_id),
        fact.campaign_name,
        _text(fact.target_id),
        fact.target_name,
        _text(fact.buyer_id),
        fact.buyer_name,
    )
    return {f"routed.{fact.step}": list(routed)}


def _falling_back(fact: CallFellBack) -> Cells:
    fell_back = FellBack(fact.sequence, _text(fact.dialled), fact.reason, _time(fact.at))
    return {f"fell_back.{fact.step}": list(fell_back)}


def _leg_ringing(fact: LegRinging) -> Cells:
    return {f"ringing.{fact.step}": [_time(fact.at)]}


def _leg_answered(fact: LegAnswered) -> Cells:
    return {f"answered.{fact.step}": [_time(fact.at)]}


def _leg_ended_at(fact: LegEnded) -> Cells:
    cells: Cells = {f"ended.{fact.step}": [_time(fact.at)]}
    if fact.caller_gone:
        cells["gone"] = [_time(fact.at)]
    return cells


def _leg_end(fact: LegEnded) -> Cells:
    step = fact.step
    cells: Cells = {f"status.{step}": [_BELIEVED_STATUS.index(fact.status), fact.status]}
    if fact.bridged is not None:
        cells[f"bridged.{step}"] = [int(fact.bridged)]
    if fact.seconds is not None:
        cells[f"seconds.{step}"] = [fact.seconds]
    return cells


def _call_ended_at(fact: CallEnded) -> Cells:
    return {"ended": [_time(fact.at)]}


def _call_end(fact: CallEnded) -> Cells:
    cells: Cells = {"status": [_BELIEVED_STATUS.index(fact.status), fact.status]}
    if fact.seconds is not None:
        cells["seconds"] = [fact.seconds]
    return cells


def _recording(fact: RecordingReady) -> Cells:
    rank = _BELIEVED_RECORDING.index(fact.status)
    seconds = -1 if fact.seconds is None else fact.seconds
    recording = Recording(rank, fact.step, seconds, fact.recording_sid, fact.status)
    return {"recording": list(recording)}


class _Telling(NamedTuple):
    """Which cells a kind of fact tells."""

    least: Callable[[Any], Cells]
    greatest: Callable[[Any], Cells]


_TELLINGS: Mapping[type[Fact], _Telling] = {
    CallArrived: _Telling(_arrival, _nothing),
    CallRouted: _Telling(_nothing, _routing),
    CallFellBack: _Telling(_nothing, _falling_back),
    LegRinging: _Telling(_leg_ringing, _nothing),
    LegAnswered: _Telling(_leg_answered, _nothing),
    LegEnded: _Telling(_leg_ended_at, _leg_end),
    CallEnded: _Telling(_call_ended_at, _call_end),
    RecordingReady: _Telling(_nothing, _recording),
}

FACTS: Mapping[str, type[Fact]] = {fact.subject: fact for fact in _TELLINGS}
"""Subject to class of the facts that a call's record is folded from."""
