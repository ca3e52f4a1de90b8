"""The time of a report, cut into the asker's periods, and each period into cells of kept sums.

Whole days in UTC are read from the sums of days, the rest from those of quarters of an hour:
a month is some thirty cells and not three thousand, in whatever zone.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from libs.contracts.caps import Period
from libs.contracts.reporting import Against, TimePart
from libs.rules.clocks import zone_of
from libs.rules.periods import began, ends

PERIODS_MAX = 2_500  # of one report: hours of three months
QUARTER_MINUTES, DAY_MINUTES = 15, 1_440

_QUARTER = timedelta(minutes=QUARTER_MINUTES)
_PERIODS = {
    TimePart.HOUR: Period.HOUR,
    TimePart.DAY: Period.DAY,
    TimePart.WEEK: Period.WEEK,
    TimePart.MONTH: Period.MONTH,
}


class TooManyPeriods(Exception):
    """The report's time has more parts than a table can show."""


class Span(NamedTuple):
    """Some time, and when each of its periods begins; the first may have begun before it."""

    since: datetime
    until: datetime
    starts: tuple[datetime, ...]


class Segment(NamedTuple):
    """Cells of one size that belong to one period."""

    period: int
    minutes: int
    begins: datetime
    ends: datetime


def span_of(since: datetime, until: datetime, part: TimePart | None, zone: str) -> Span:
    """Cut a time into periods; raises TooManyPeriods."""
    starts = [since]
    if part is None:
        return Span(since, until, (since,))
    while (following := _ends(part, starts[-1], zone)) < until:
        starts.append(following)
        if len(starts) > PERIODS_MAX:
            raise TooManyPeriods
    return Span(since, until, tuple(starts))


def key_of(start: datetime, part: TimePart, zone: str) -> str:
    """How a period is named: its local beginning."""
    begins = start if part == TimePart.QUARTER_HOUR else began(_PERIODS[part], start, zone)
    return begins.astimezone(zone_of(zone)).isoformat()


def before(
    since: datetime, until: datetime, against: Against, zone: str
) -> tuple[datetime, datetime]:
    """The time to compare with, by the clock on the wall: after a clock change too, noon is noon.

    >>> since, until = datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC)
    >>> [str(each) for each in before(since, until, Against.WEEK_BEFORE, "America/New_York")]
    ['2026-03-01 05:00:00+00:00', '2026-03-02 05:00:00+00:00']
    """
    local = zone_of(zone)
    wall_since, wall_until = since.astimezone(local), until.astimezone(local)
    back = timedelta(days=7)
    if against == Against.PERIOD_BEFORE:
        back = wall_until.replace(tzinfo=None) - wall_since.replace(tzinfo=None)
    earlier, later = wall_since - back, wall_until - back
    return earlier.astimezone(UTC), later.astimezone(UTC)


def segments(span: Span) -> list[Segment]:
    """The cells that make up a span, each once.

    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> [(each.minutes, each.begins.day, each.ends.day) for each in
    ...  segments(Span(noon, noon + timedelta(days=3), (noon,)))]
    [(15, 1, 2), (1440, 2, 4), (15, 4, 4)]
    """
    found = []
    for period, begins in enumerate(span.starts):
        stop = span.starts[period + 1] if period + 1 < len(span.starts) else span.until
        first_day = begins.replace(hour=0, minute=0)
        if first_day < begins:
            first_day += timedelta(days=1)
        last_day = stop.replace(hour=0, minute=0)
        if first_day < last_day:
            cut = [
                Segment(period, QUARTER_MINUTES, begins, first_day),
                Segment(period, DAY_MINUTES, first_day, last_day),
                Segment(period, QUARTER_MINUTES, last_day, stop),
            ]
        else:
            cut = [Segment(period, QUARTER_MINUTES, begins, stop)]
        found += [each for each in cut if each.begins < each.ends]
    return found


def _ends(part: TimePart, at: datetime, zone: str) -> datetime:
    if part == TimePart.QUARTER_HOUR:
        return at + _QUARTER
    following = ends(_PERIODS[part], at, zone)
    assert following is not None  # only a total has no end
    return following
