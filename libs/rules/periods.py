"""The local hour, day, week or month that an instant belongs to, named by when it began.

Periods follow each other without gap or overlap, in every zone.  A clock change begins a
new hour, so that none lasts longer than sixty minutes; a day has 23, 24 or 25 of them.  A
day that has begun goes on, even where a clock put back at midnight shows the day before.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

from libs.contracts.caps import Period
from libs.rules.clocks import begins, change_within, zone_of

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When the one period of a total began."""

_DAY = timedelta(days=1)
_LONGEST_MONTH = 31


def hour_began(at: datetime, zone: str) -> datetime:
    """When the local hour of an instant began.

    >>> hour_began(datetime(2026, 1, 1, 12, 50, tzinfo=UTC), "Asia/Kathmandu").isoformat()
    '2026-01-01T12:15:00+00:00'
    """
    local = at.astimezone(zone_of(zone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    began = at.astimezone(UTC) - into
    if began.astimezone(zone_of(zone)).utcoffset() == local.utcoffset():
        return began
    return change_within(began, at.astimezone(UTC), zone_of(zone))


def day_began(at: datetime, zone: str) -> datetime:
    """When the local day of an instant began.

    >>> day_began(datetime(2026, 3, 8, 12, tzinfo=UTC), "America/New_York").isoformat()
    '2026-03-08T05:00:00+00:00'
    """
    return begins(_day(at, zone_of(zone)), zone_of(zone))


def week_began(at: datetime, zone: str) -> datetime:
    """When the local week of an instant began, on its Monday.

    >>> week_began(datetime(2026, 3, 8, 12, tzinfo=UTC), "UTC").date().isoformat()
    '2026-03-02'
    """
    day = _day(at, zone_of(zone))
    return begins(day - day.weekday() * _DAY, zone_of(zone))


def month_began(at: datetime, zone: str) -> datetime:
    """When the local calendar month of an instant began.

    >>> month_began(datetime(2026, 3, 8, 12, tzinfo=UTC), "America/New_York").isoformat()
    '2026-03-01T05:00:00+00:00'
    """
    return begins(_day(at, zone_of(zone)).replace(day=1), zone_of(zone))


def began(period: Period, at: datetime, zone: str) -> datetime:
    """When the period of an instant began, in UTC: the key of what is counted in it."""
    match period:
        case Period.HOUR:
            return hour_began(at, zone)
        case Period.DAY:
            return day_began(at, zone)
        case Period.WEEK:
            return week_began(at, zone)
        case Period.MONTH:
            return month_began(at, zone)
        case Period.TOTAL:
            return EVER


def ends(period: Period, at: datetime, zone: str) -> datetime | None:
    """When the next period begins and counting starts anew; None for a total.

    >>> ends(Period.DAY, datetime(2026, 3, 8, 12, tzinfo=UTC), "America/New_York").isoformat()
    '2026-03-09T04:00:00+00:00'
    """
    local = zone_of(zone)
    day = _day(at, local)
    match period:
        case Period.HOUR:
            return _hour_ends(at, zone)
        case Period.DAY:
            return begins(day + _DAY, local)
        case Period.WEEK:
            return begins(day + (7 - day.weekday()) * _DAY, local)
        case Period.MONTH:
            return begins((day.replace(day=1) + _LONGEST_MONTH * _DAY).replace(day=1), local)
        case Period.TOTAL:
            return None


def _day(at: datetime, zone: tzinfo) -> date:
    """The latest local date that has begun; only a clock put back can show another."""
    local = at.astimezone(zone)
    following = local.date() + _DAY
    if local.fold and begins(following, zone) <= at:
        return following
    return local.date()


def _hour_ends(at: datetime, zone: str) -> datetime:
    start = hour_began(at, zone)
    later = start + timedelta(hours=1)
    local = zone_of(zone)
    if start.astimezone(local).utcoffset() == later.astimezone(local).utcoffset():
        return hour_began(later, zone)
    return change_within(start, later, local)
