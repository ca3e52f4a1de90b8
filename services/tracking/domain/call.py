"""What each kind of fact tells of its call, and the fold over them.

The state is in `cells.py`; `legs.py` and `record.py` read the call's record from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from libs.contracts.adjusting import CallAdjusted
from libs.contracts.annotating import CallAnnotated
from libs.contracts.attributing import CallAttributed
from libs.contracts.bidder_keys import SaleConverted
from libs.contracts.calls import (
    CallArrived,
    CallEnded,
    CallFellBack,
    CallStatus,
    Fact,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegRinging,
    RecordingDeleted,
    RecordingReady,
    RecordingStatus,
    RecordingTranscribed,
    TranscriptStatus,
)
from libs.contracts.controlling import CallControlled, Control
from libs.contracts.conversions import ConversionPosted
from libs.contracts.flows import FlowConverted, FlowFinished, FlowMarked
from libs.contracts.ids import NOBODY
from libs.contracts.quality import CallQualityKnown
from libs.contracts.routing import CallRouted
from services.tracking.domain.adjusting import adjusted
from services.tracking.domain.annotations import annotation
from services.tracking.domain.cells import (
    MARKED,
    Arrival,
    Bought,
    Came,
    Cells,
    FellBack,
    Recording,
    RecordingOf,
    Routed,
    Told,
    Transferred,
    keep,
)
from services.tracking.domain.deals import agreed, confirmed, posted
from services.tracking.domain.origins import brought_by, found_for, gathered_by
from services.tracking.domain.quality import summary

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
class Heard:
    """A fact, and the very text in which it was published."""

    fact: Fact
    payload: str


def fold(told: Told, facts: Iterable[Fact]) -> Told:
    """Add facts to what was told; their order and repetition make no difference."""
    least, greatest = dict(told.least), dict(told.greatest)
    for fact in facts:
        keep(least, _always(fact), min)
        telling = _TELLINGS[type(fact)]
        keep(least, telling.least(fact), min)
        keep(greatest, telling.greatest(fact), max)
    return Told(least, greatest)


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
    if getattr(fact, "reconciled", False):
        cells["reconciled"] = [_time(fact.seen_at)]
    return cells


def _nothing(_: Any) -> Cells:
    return {}


def _arrival(fact: CallArrived) -> Cells:
    caller = fact.caller
    arrival = Arrival(_time(fact.at), fact.call_sid, caller.kind, caller.text, fact.dialled)
    place = fact.geography
    came = Came(arrival.at, _text(fact.pool_id), place.country, place.state, place.city, place.zip)
    return {"arrived": list(arrival), "came": list(came)}


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
    cells: Cells = {
        f"routed.{fact.step}": list(routed),
        **brought_by(fact),
        **agreed(fact),
    }
    if fact.rtb_target_id is not None:
        bought = Bought(fact.sequence, _text(fact.rtb_router_id), _text(fact.rtb_target_id))
        cells[f"bought.{fact.step}"] = list(bought)
    return cells


def _falling_back(fact: CallFellBack) -> Cells:
    fell_back = FellBack(fact.sequence, _text(fact.dialled), fact.reason, _time(fact.at))
    return {f"fell_back.{fact.step}": list(fell_back)}


def _control(fact: CallControlled) -> Cells:
    if fact.control is Control.HANG_UP:
        return {"cut": [_time(fact.at)]}
    if fact.control is not Control.TRANSFER:
        return {}
    transferred = Transferred(fact.sequence, _text(fact.destination), _time(fact.at))
    return {f"transferred.{fact.step}": list(transferred)}


def _leg_ringing(fact: LegRinging) -> Cells:
    return {f"ringing.{fact.step}": [_time(fact.at)]}


def _leg_answered(fact: LegAnswered) -> Cells:
    return {f"answered.{fact.step}": [_time(fact.at)]}


def _leg_accepted(fact: LegAccepted) -> Cells:
    return {f"accepted.{fact.step}": [_time(fact.at)]}


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
    own = RecordingOf(rank, fact.step, seconds, fact.status, fact.channels or 0, fact.url or "")
    return {"recording": list(recording), f"recorded.{fact.recording_sid}": list(own)}


def _transcript(fact: RecordingTranscribed) -> Cells:
    if fact.status is TranscriptStatus.FAILED:
        return {}
    return {f"transcript.{fact.recording_sid}": [fact.text]}


def _deletion(fact: RecordingDeleted) -> Cells:
    return {f"deleted.{fact.recording_sid}": [_time(fact.at)]}


def _mark(fact: FlowMarked) -> Cells:
    return {f"{MARKED}{fact.event}": [_time(fact.at)]}


class _Telling(NamedTuple):
    """Which cells a kind of fact tells."""

    least: Callable[[Any], Cells]
    greatest: Callable[[Any], Cells]


_TELLINGS: Mapping[type[Fact], _Telling] = {
    CallArrived: _Telling(_arrival, _nothing),
    CallRouted: _Telling(_nothing, _routing),
    CallFellBack: _Telling(_nothing, _falling_back),
    CallControlled: _Telling(_nothing, _control),
    LegRinging: _Telling(_leg_ringing, _nothing),
    LegAnswered: _Telling(_leg_answered, _nothing),
    LegAccepted: _Telling(_leg_accepted, _nothing),
    ConversionPosted: _Telling(_nothing, posted),
    FlowConverted: _Telling(_nothing, posted),
    SaleConverted: _Telling(confirmed, _nothing),
    FlowMarked: _Telling(_mark, _nothing),
    FlowFinished: _Telling(_nothing, gathered_by),
    LegEnded: _Telling(_leg_ended_at, _leg_end),
    CallEnded: _Telling(_call_ended_at, _call_end),
    RecordingReady: _Telling(_nothing, _recording),
    RecordingTranscribed: _Telling(_nothing, _transcript),
    RecordingDeleted: _Telling(_deletion, _nothing),
    CallAnnotated: _Telling(_nothing, annotation),
    CallAdjusted: _Telling(_nothing, adjusted),
    CallQualityKnown: _Telling(_nothing, summary),
    CallAttributed: _Telling(_nothing, found_for),
}

FACTS: Mapping[str, type[Fact]] = {fact.subject: fact for fact in _TELLINGS}
"""Subject to class of the facts that a call's record is folded from."""
