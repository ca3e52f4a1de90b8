"""A call's record, read from what has been told of it.

A leg counts as *connected* when its end says that the caller and the callee were
bridged; `completed` without a bridge is no connection.  While its end has not been
heard, a leg that was picked up counts as connected.

The call is *over* when its end was told, or a leg's end said that the caller is
gone; an over call is never live again.  Its state is the first row that fits:

    over  connected  completed   the end of a conversation
    over  closing    closed      it was closed at once, and no leg was dialled
    over  left       abandoned   the caller hung up first: the carrier calls the whole
                                 call canceled or no-answer, or a leg's end said so
    over  dialled    no_answer   legs were dialled, none connected
    over             closed      nothing was dialled
    live  connected  connected   a leg is, or was, connected
    live  closing    closed      she hears the closing message; a leg of the
                                 carrier's would refute it
    live             ringing     nobody is connected yet

*Closing* is a decision at step 0 to dial nobody; a decision at a later step says
that a leg was dialled before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from libs.contracts.calls import CallStatus
from libs.contracts.ids import NOBODY, CallId
from libs.contracts.tracking import CallRecord, CallState, Leg
from services.tracking.domain.call import Arrival, Cell, FellBack, Recording, Routed, Told

_CONNECTED_STATUS = (CallStatus.COMPLETED, CallStatus.ANSWERED)
_LEFT_STATUS = (CallStatus.CANCELED, CallStatus.NO_ANSWER)
_OF_A_LEG = ("ringing", "answered", "ended")


def record_of(call_id: CallId, told: Told) -> CallRecord:
    """Read the record of one call."""
    return _Reading(told).record(call_id)


def listed_at(told: Told) -> str:
    """When the call takes its place in lists: its arrival, else the first thing heard of it."""
    cell = told.least.get("arrived") or told.least["heard"]
    return str(cell[0])


def state_of(connected: bool, closing: bool, over: bool, left: bool, dialled: bool) -> CallState:
    """The table of the module's docstring."""
    if not over:
        if connected:
            return CallState.CONNECTED
        return CallState.CLOSED if closing else CallState.RINGING
    if connected:
        return CallState.COMPLETED
    if closing:
        return CallState.CLOSED
    if left:
        return CallState.ABANDONED
    return CallState.NO_ANSWER if dialled else CallState.CLOSED
