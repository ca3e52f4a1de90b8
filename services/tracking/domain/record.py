"""A call's record, read from what has been told of it.

The call is *over* when its end was told, or a leg's end said that the caller is
gone; an over call is never live again.  Its state is the first row that fits:

    over  connected  completed   the end of a conversation
    over  closing    closed      it was closed at once, and no leg was dialled
    over  left       abandoned   the caller hung up first: the carrier calls the whole
                                 call canceled or no-answer, or a leg's end said so
    over  dialled    no_answer   legs were dialled, none connected (see legs.py)
    over             closed      nothing was dialled
    live  connected  connected   a leg is, or was, connected
    live  closing    closed      the caller hears the closing message; only a leg that
                                 the carrier tells of would refute it
    live             ringing     nobody is connected yet

*Closing* is a decision at step 0 to dial nobody; a decision at a later step says
that a leg was dialled before it.
"""

from collections.abc import Iterable
from typing import Any

from libs.contracts.calls import CallStatus
from libs.contracts.ids import NOBODY, CallId
from libs.contracts.outcomes import HungUpSource
from libs.contracts.tracking import CallRecord, CallState, Leg
from services.tracking.domain.annotations import annotated, notes_of
from services.tracking.domain.cells import Arrival, Came, Recording, Told, first, second
from services.tracking.domain.legs import Decisions, connected_of, decisions_of, legs_of
from services.tracking.domain.origins import events_of, origin_of
from services.tracking.domain.quality import carriers_word, quality_of
from services.tracking.domain.recordings import recordings_of
from services.tracking.domain.statuses import Ending, hung_up_by, status_of
from services.tracking.domain.worth import fields_of

_SOLD = ("buyer_id", "buyer_name", "target_id", "target_name", "rtb_target_id")
_LEFT_STATUS = (CallStatus.CANCELED, CallStatus.NO_ANSWER)


def record_of(call_id: CallId, told: Told) -> CallRecord:
    """Read the record of one call."""
    decisions = decisions_of(told)
    legs = legs_of(told, decisions)
    connected = connected_of(legs)
    state = _state(told, decisions, legs)
    return CallRecord.model_validate(
        {
            "call_id": call_id,
            "account_id": second(told.least, "account") or NOBODY,
            "ended_at": first(told.least, "ended") or first(told.least, "gone"),
            "state": state,
            **_ending(told, state, decisions, legs),
            "reason": decisions.last_reason,
            "seconds": first(told.greatest, "seconds"),
            "reconciled": "reconciled" in told.least,
            "talk_seconds": _sum(leg.seconds for leg in connected),
            "ring_seconds": _sum(leg.ring_seconds for leg in legs),
            "fell_back": bool(decisions.fell_back),
            "legs": legs,
            **_arrival(told),
            **_came(told),
            **_annotated(told),
            "events": events_of(told),
            **_campaign(decisions),
            **fields_of(told, legs),
            **_sold_to(legs),
            **_recording(told),
            "recordings": recordings_of(told),
            "quality": quality_of(told),
        }
    )


def listed_at(told: Told) -> str:
    """When the call takes its place in lists: its arrival, else the first thing heard of it."""
    arrived = first(told.least, "arrived")
    return str(arrived or first(told.least, "heard"))


def state_of(*, connected: bool, closing: bool, over: bool, left: bool, dialled: bool) -> CallState:
    """The table of the module's docstring."""
    if connected:
        return CallState.COMPLETED if over else CallState.CONNECTED
    if closing:
        return CallState.CLOSED
    if not over:
        return CallState.RINGING
    if left:
        return CallState.ABANDONED
    return CallState.NO_ANSWER if dialled else CallState.CLOSED


def _state(told: Told, decisions: Decisions, legs: tuple[Leg, ...]) -> CallState:
    gone = "gone" in told.least
    dialled = bool(legs) or any(step > 0 for step in decisions.steps)
    return state_of(
        connected=bool(connected_of(legs)),
        closing=decisions.closes_at_once and not dialled,
        over=gone or "ended" in told.least,
        left=gone or second(told.greatest, "status") in _LEFT_STATUS,
        dialled=dialled,
    )


def _ending(
    told: Told, state: CallState, decisions: Decisions, legs: tuple[Leg, ...]
) -> dict[str, Any]:
    """The status, why, and who hung up."""
    connected = connected_of(legs)
    led_away = bool(connected) and max(decisions.transferred, default=-1) > connected[-1].step
    first_routed = decisions.routed.get(0)
    gone = "gone" in told.least
    ending = Ending(
        state=state,
        reason=decisions.last_reason,
        legs=legs,
        connected=tuple(leg for leg in connected if leg.step not in decisions.transferred)
        or connected,
        duplicate=bool(first(told.greatest, "duplicate")),
        cut="cut" in told.greatest,
        in_flow=first_routed is not None and first_routed.outcome == "flow",
        fell_back=bool(decisions.fell_back),
        caller_left=gone or state is CallState.ABANDONED,
        # Only the dial action, at which the caller comes back, says that there was a bridge.
        callee_left=bool(connected)
        and not led_away
        and first(told.greatest, f"bridged.{connected[-1].step}") == 1,
    )
    status, why = status_of(ending)
    return {"status": status, "sub_status": why, **_who_hung_up(told, ending)}


def _who_hung_up(told: Told, ending: Ending) -> dict[str, Any]:
    """Our own facts win; where they do not tell, the carrier's summary may."""
    if (ours := hung_up_by(ending)) is not None:
        return {"hung_up_by": ours, "hung_up_by_source": HungUpSource.FACTS}
    if ending.state.live or (theirs := carriers_word(told)) is None:
        return {}
    return {"hung_up_by": theirs, "hung_up_by_source": HungUpSource.CARRIER}


def _sum(seconds: Iterable[int | None]) -> int | None:
    known = [one for one in seconds if one is not None]
    return sum(known) if known else None


def _annotated(told: Told) -> dict[str, Any]:
    """What brought the call, and what people added since."""
    origin = origin_of(told)
    return {**origin, "tags": annotated(told, origin.get("tags", {})), "notes": notes_of(told)}


def _arrival(told: Told) -> dict[str, Any]:
    cell = told.least.get("arrived")
    if cell is None:
        return {}
    arrival = Arrival._make(cell)
    return {
        "arrived_at": arrival.at,
        "call_sid": arrival.call_sid,
        "caller": {"kind": arrival.caller_kind, "text": arrival.caller_text},
        "dialled": arrival.dialled,
    }


def _came(told: Told) -> dict[str, Any]:
    cell = told.least.get("came")
    if cell is None:
        return {}
    came = Came._make(cell)
    place = {name: getattr(came, name) for name in ("country", "state", "city", "zip")}
    return {"pool_id": came.pool_id or None, "geography": place}


def _campaign(decisions: Decisions) -> dict[str, Any]:
    """The campaign that the latest step was routed to."""
    for _, routed in sorted(decisions.routed.items(), reverse=True):
        if routed.campaign_id:
            return {"campaign_id": routed.campaign_id, "campaign_name": routed.campaign_name}
    return {}


def _sold_to(legs: tuple[Leg, ...]) -> dict[str, Any]:
    """The buyer and target of the leg that was connected last, else dialled last.

    An operator who transfers the caller takes her from nobody who had her.
    """
    connected = connected_of(legs)
    sold = tuple(leg for leg in connected if leg.target_id or leg.rtb_target_id)
    latest = (sold or connected or legs)[-1:]
    return {name: getattr(one, name) for one in latest for name in _SOLD}


def _recording(told: Told) -> dict[str, Any]:
    cell = told.greatest.get("recording")
    if cell is None:
        return {}
    recording = Recording._make(cell)
    return {
        "recording_sid": recording.sid,
        "recording_status": recording.status,
        "recording_seconds": None if recording.seconds < 0 else recording.seconds,
        "recording_transcript": first(told.greatest, f"transcript.{recording.sid}"),
    }
