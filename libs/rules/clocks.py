"""The clock on a wall: which instants it shows a time at, and when it is put on or back.

A clock that is put forward skips times: they stand for the instant of the change.  One that
is put back shows times twice: they stand for two instants, in their order.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; there are some six hundred, so all may be kept."""
    return ZoneInfo(name)


def shown_at(wall: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The instants at which the clock shows `wall`, a time without zone.

    >>> berlin, parse = zone_of("Europe/Berlin"), datetime.fromisoformat
    >>> [f"{at:%H:%M}" for at in shown_at(parse("2026-10-25T02:30"), berlin)]
    ['00:30', '01:30']
    >>> [f"{at:%H:%M}" for at in shown_at(parse("2026-03-29T02:30"), berlin)]
    ['01:00']
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return (first,)
    if first < second:
        return (first, second)
    return (change_within(second, first, zone),)


def change_within(before: datetime, until: datetime, zone: tzinfo) -> datetime:
    """The first instant at which the clock is set as it is at `until`; changes fall on seconds."""
    setting = until.astimezone(zone).utcoffset()
    low, high = 0, int((until - before) / _SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        if (before + middle * _SECOND).astimezone(zone).utcoffset() == setting:
            high = middle
        else:
            low = middle
    return before + high * _SECOND


def begins(day: date, zone: tzinfo) -> datetime:
    """The first instant at which the clock shows that date, or a later one.

    >>> begins(date(2026, 3, 8), zone_of("America/Havana")).isoformat()
    '2026-03-08T05:00:00+00:00'
    """
    return shown_at(datetime.combine(day, time.min), zone)[0]
