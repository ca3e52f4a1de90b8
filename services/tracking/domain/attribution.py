"""Which visit a call belongs to, why, and how sure that is.

A pool number belongs to one visit at a time, so the visit that last began to hold it before
the call is the only one that can have shown it.  Static and shared numbers are seen by many:
they tell of their source, never of a visit.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from libs.contracts.dni import TrackingTag
from libs.contracts.visits import Attribution, Confidence, Ground, Touch, Visit

UNKNOWN = Attribution(ground=Ground.NONE, confidence=Confidence.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Holder:
    """The visit that last began to hold a number, with its visitor's first and last touch."""

    visit: Visit
    cooldown: timedelta
    remembered: timedelta
    first: Touch
    last: Touch


def by_visit(holder: Holder, at: datetime) -> Attribution | None:
    """A call to a number that a visit has held; None where that is too long ago."""
    until = holder.visit.held_until
    if at <= until:
        ground, confidence = Ground.HELD, Confidence.CERTAIN
    elif at <= until + holder.cooldown:
        ground, confidence = Ground.COOLING, Confidence.LIKELY
    elif at <= until + holder.remembered:
        ground, confidence = Ground.REMEMBERED, Confidence.LIKELY
    else:
        return None
    visit = holder.visit
    return Attribution(
        ground=ground,
        confidence=confidence,
        visit_id=visit.visit_id,
        visitor=visit.visitor,
        tracking_tag_id=visit.tracking_tag_id,
        publisher_id=visit.publisher_id,
        tags=visit.tags,
        first=holder.first,
        last=holder.last,
    )


def by_source(tag: TrackingTag, *, shared: bool) -> Attribution:
    """A call to a number that many see: only its source is known."""
    return Attribution(
        ground=Ground.SHARED if shared else Ground.STATIC,
        confidence=Confidence.SOURCE,
        tracking_tag_id=tag.id,
        publisher_id=tag.publisher_id,
        tags=tag.tags,
    )
