"""A call's status, why it is so, and who hung up: read from its state, legs and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.contracts.calls import CallStatus
from libs.contracts.outcomes import CallResult, HungUpBy, SubStatus
from libs.contracts.routing import RouteReason
from libs.contracts.tracking import CallState, Leg

_REJECTED = frozenset(
    (
        SubStatus.CALLER_BLOCKED,
        SubStatus.CALLER_ANONYMOUS,
        SubStatus.CALLER_ABROAD,
        SubStatus.CALLER_UNATTESTED,
        SubStatus.CALLER_REPEATS,
        SubStatus.CAMPAIGN_FILTERED,
        SubStatus.CAMPAIGN_OUT_OF_AREA,
        SubStatus.CAMPAIGN_CAPPED,
        SubStatus.PUBLISHER_CAPPED,
        SubStatus.PUBLISHER_PAYOUT_CAPPED,
        SubStatus.NOT_QUOTED,
    )
)
_NOT_OPEN = frozenset(
    (
        SubStatus.CAMPAIGN_CLOSED,
        SubStatus.CAMPAIGN_DRAFT,
        SubStatus.CAMPAIGN_PAUSED,
        SubStatus.CAMPAIGN_COMPLETED,
        SubStatus.PUBLISHER_CLOSED,
        SubStatus.PUBLISHER_PAUSED,
    )
)
_NO_BUYER: Mapping[str, SubStatus] = {
    RouteReason.NOBODY_ELIGIBLE: SubStatus.ALL_FILTERED,
    RouteReason.ALL_CAPPED: SubStatus.ALL_MAXED_OUT,
    RouteReason.NO_TARGET: SubStatus.NO_TARGET,
    RouteReason.UNSOLD: SubStatus.UNSOLD,
}
_OF_LEG: Mapping[CallStatus, SubStatus] = {
    CallStatus.BUSY: SubStatus.BUSY,
    CallStatus.FAILED: SubStatus.DIAL_FAILED,
    CallStatus.COMPLETED: SubStatus.NOT_ACCEPTED,  # it was picked up, and no bridge came to be
    CallStatus.ANSWERED: SubStatus.NOT_ACCEPTED,
}
_WORDS = frozenset(SubStatus)


@dataclass(frozen=True, slots=True)
class Ending:
    """What a status is read from.

    `cut`: an operator ended it.  `in_flow`: a flow had the call first.  `caller_left`: she hung
    up, as far as somebody said.  `callee_left`: the caller was still there when the last leg that
    connected had ended.
    """

    state: CallState
    reason: str
    legs: Sequence[Leg]
    connected: Sequence[Leg]
    duplicate: bool
    cut: bool
    in_flow: bool
    fell_back: bool
    caller_left: bool
    callee_left: bool


def status_of(call: Ending) -> tuple[CallResult, SubStatus | None]:
    """The status and why; while a call lasts there is no why."""
    match call.state:
        case CallState.RINGING:
            return CallResult.RINGING, None
        case CallState.CONNECTED:
            return CallResult.CONNECTED, None
        case CallState.COMPLETED:
            return CallResult.FINISHED, _served(call)
        case CallState.ABANDONED:
            ringing = SubStatus.WHILE_RINGING_BUYER if call.legs else SubStatus.BEFORE_DIALLING
            return CallResult.CALLER_HUNG_UP, ringing
        case CallState.NO_ANSWER if call.legs:
            return CallResult.NO_BUYER, _OF_LEG.get(
                call.legs[-1].status or CallStatus.NO_ANSWER, SubStatus.NO_ANSWER
            )
        case _:
            return _closed(call)


def hung_up_by(call: Ending) -> HungUpBy | None:
    """Who ended the call; None while it lasts, and where nobody said."""
    if call.state.live:
        return None
    if call.cut:
        return HungUpBy.OPERATOR
    if call.caller_left:
        return HungUpBy.CALLER
    if call.state is CallState.COMPLETED:
        return HungUpBy.CALLEE if call.callee_left else None
    return None if call.in_flow else HungUpBy.PLATFORM


def _served(call: Ending) -> SubStatus:
    leg = call.connected[-1]
    if leg.target_id is None and leg.rtb_target_id is None:
        return SubStatus.RESCUED
    return SubStatus.SERVED if leg == call.legs[0] else SubStatus.RECOVERED


def _closed(call: Ending) -> tuple[CallResult, SubStatus]:
    """Nobody was dialled, or nothing is known of who was."""
    if call.fell_back:
        return CallResult.FAILED, SubStatus.FELL_BACK
    if call.in_flow and call.reason == RouteReason.FLOW:
        return CallResult.FINISHED, SubStatus.IN_FLOW
    if call.reason in _NO_BUYER:
        dupe = call.duplicate and call.reason == RouteReason.NOBODY_ELIGIBLE
        return CallResult.NO_BUYER, SubStatus.PREVENT_DUPES if dupe else _NO_BUYER[call.reason]
    word = SubStatus(call.reason) if call.reason in _WORDS else SubStatus.UNKNOWN
    if word in _REJECTED:
        return CallResult.REJECTED, word
    return CallResult.NOT_OPEN if word in _NOT_OPEN else CallResult.FAILED, word
