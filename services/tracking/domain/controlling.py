"""What may be done to a call now, and what the carrier must know for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from libs.contracts.calls import CallArrived
from libs.contracts.controlling import Control, ControlCall, ControlLine, LegLeft
from libs.contracts.tracking import CallRecord, Leg, TimelineEntry
from services.tracking.domain.unfit import Unfit

TRANSFERS_FROM = 500  # steps: the router may be deciding the next one at this moment


def line_of(
    question: ControlCall, call: CallRecord, timeline: Sequence[TimelineEntry], now: datetime
) -> ControlLine:
    """What the carrier is asked; raise Unfit where there is no line to do it to."""
    if call.ended_at is not None:
        raise Unfit("not_live", "the call is over")
    told = next((one.fact for one in timeline if one.subject == CallArrived.subject), None)
    if told is None:
        raise Unfit("not_live", "the call's arrival has not been heard of yet")
    arrived = CallArrived.model_validate(told)
    leg = max(call.legs, key=lambda leg: leg.step, default=None)
    last = 0 if leg is None else leg.step
    transfer = question.control is Control.TRANSFER
    since = now - arrived.seen_at
    return ControlLine(
        **question.model_dump(),
        account_sid=arrived.account_sid,
        call_sid=arrived.call_sid,
        caller=arrived.caller,
        dialled=arrived.dialled,
        step=max(TRANSFERS_FROM, last + 1) if transfer else last,
        # Milliseconds of the call: no two controls of a person are one fact.
        sequence=max(0, since // timedelta(milliseconds=1)),
        leaves=_left(leg, now) if transfer and leg is not None else None,
    )


def _left(leg: Leg, now: datetime) -> LegLeft | None:
    """The leg, if people speak on it.

    The carrier tells when it was answered in whole seconds, rounded down: one second less is
    never more than the carrier itself will count.
    """
    if leg.answered_at is None or leg.ended_at is not None:
        return None
    return LegLeft(step=leg.step, seconds=max(0, int((now - leg.answered_at).total_seconds()) - 1))
