"""When pixels fire: the points that a call has reached, read from what was told of it.

What is told of a call only grows, so the points that a fact makes it reach are those of the
state after it without those of the state before: whatever the order of the facts.
"""

from typing import NamedTuple

from libs.contracts.calls import CallStatus, RecordingStatus
from libs.contracts.ids import NOBODY, AccountId, CallId, CampaignId
from libs.contracts.pixels import FirePoint
from libs.contracts.tracking import CallRecord
from services.tracking.domain.cells import Told, second
from services.tracking.domain.legs import connected_of
from services.tracking.domain.record import record_of
from services.tracking.domain.recordings import told_of_recordings

Reached = frozenset[tuple[FirePoint, str]]
"""Points, each with its part: a recording's name or an event's, else empty."""


class Fired(NamedTuple):
    """A call has reached a point: pixels of its account and campaign are to be told."""

    account_id: AccountId
    call_id: CallId
    campaign_id: CampaignId | None
    point: FirePoint
    part: str


def fired(call_id: CallId, before: Told, record: CallRecord, after: Told) -> list[Fired]:
    """The points that a call has newly reached; `record` is that of `after`."""
    now = reached(after, record)
    if not now:
        return []
    whose_was_known = "account" in before.least
    earlier = reached(before, record_of(call_id, before)) if whose_was_known else frozenset()
    new = now - earlier
    return [
        Fired(record.account_id, call_id, record.campaign_id, point, part)
        for point, part in sorted(new)
    ]


def reached(told: Told, record: CallRecord) -> Reached:
    """All points that the call has reached; none before it is known whose it is.

    Whom a point is told depends on the campaign: it is waited for until the call is over.
    """
    ended = "ended" in told.least
    if record.account_id == NOBODY or not (record.campaign_id or ended):
        return frozenset()
    connected = bool(connected_of(record.legs))
    simple = {
        FirePoint.INCOMING: ended or "arrived" in told.least,
        FirePoint.CONNECTED: connected,
        FirePoint.COMPLETED: connected and ended,
        FirePoint.CONVERTED: record.converted,
        FirePoint.PAYOUT: record.paid,
        FirePoint.ERROR: _failed(told, record),
        FirePoint.FINALIZED: ended,
    }
    points = {(point, "") for point, is_there in simple.items() if is_there}
    points |= {(FirePoint.RECORDING, sid) for sid in _heard(told)}
    return frozenset(points | {(FirePoint.MARKED, event) for event in record.events})


def _heard(told: Told) -> set[str]:
    """The recordings that can be heard."""
    found = told_of_recordings(told).items()
    return {sid for sid, one in found if one.status == RecordingStatus.COMPLETED}


def _failed(told: Told, record: CallRecord) -> bool:
    statuses = {leg.status for leg in record.legs} | {second(told.greatest, "status")}
    return record.fell_back or CallStatus.FAILED in statuses
