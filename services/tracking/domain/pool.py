"""Leasing a pool's numbers: who gets which, so that two visitors never hold the same.

The rows that this is told of are locked by whoever calls; what it gives is written before
they are let go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from libs.contracts.dni import TrackingTag
from libs.contracts.ids import NumberId


@dataclass(frozen=True, slots=True)
class Line:
    """A number of a pool, and its last lease.

    Held until `until`, free for others from `free_at` on; until `sticky_until` its last
    visitor gets it again before others.  `source` is what had brought the visit.
    """

    number_id: NumberId
    number: str
    free_at: datetime
    until: datetime | None = None
    sticky_until: datetime | None = None
    visit_id: UUID | None = None
    source: str = ""

    def hers(self, now: datetime) -> bool:
        """Whether its last visitor may have it before anybody else."""
        return self.free_at > now or (self.sticky_until is not None and self.sticky_until > now)

    def lasts(self, now: datetime) -> bool:
        """Whether its visit is still going on."""
        return self.until is not None and self.until > now


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long a lease lasts, by what is heard of its page."""

    idle: timedelta
    closed: timedelta
    cooldown: timedelta
    sticky: timedelta

    @classmethod
    def of(cls, tag: TrackingTag) -> "Clocks":
        """Those of a tag."""
        return cls(
            idle=timedelta(seconds=tag.idle_seconds),
            closed=timedelta(seconds=tag.closed_seconds),
            cooldown=timedelta(seconds=tag.cooldown_seconds),
            sticky=timedelta(seconds=tag.sticky_seconds),
        )


@dataclass(frozen=True, slots=True)
class Given:
    """A number that a visitor has now; `goes_on`: in the visit that she had it for."""

    line: Line
    goes_on: bool


def assign(
    visitors: Sequence[str],
    sources: Sequence[str],
    own: Mapping[str, Line],
    free: Iterable[Line],
    now: datetime,
) -> list[Given | None]:
    """Give each visitor her own number, else a free one; None where none is left.

    One visitor asking twice gets one number.  A visit goes on unless something new has
    brought her.
    """
    given: dict[str, Given] = {}
    for visitor, source in zip(visitors, sources, strict=True):
        line = own.get(visitor)
        if visitor not in given and line is not None and line.hers(now):
            given[visitor] = Given(line, line.lasts(now) and source in ("", line.source))
    taken = {one.line.number_id for one in given.values()}
    left = (line for line in free if line.number_id not in taken)
    for visitor in visitors:
        if visitor not in given and (line := next(left, None)) is not None:
            given[visitor] = Given(line, goes_on=False)
    return [given.get(visitor) for visitor in visitors]
