"""Which time a saved report is about at a moment, and when it is to be told next."""

from datetime import datetime, timedelta

from libs.contracts.caps import Period
from libs.contracts.reporting import Report
from libs.contracts.saved_reports import ReportPeriod, SavedReport
from libs.contracts.schedule import Weekday
from libs.rules.clocks import shown_at, zone_of
from libs.rules.periods import began, ends

_DAY = timedelta(days=1)
_DAYS = {ReportPeriod.LAST_7_DAYS: 7, ReportPeriod.LAST_30_DAYS: 30}
_THIS = {
    ReportPeriod.TODAY: Period.DAY,
    ReportPeriod.THIS_WEEK: Period.WEEK,
    ReportPeriod.THIS_MONTH: Period.MONTH,
}
_LAST = {
    ReportPeriod.YESTERDAY: Period.DAY,
    ReportPeriod.LAST_WEEK: Period.WEEK,
    ReportPeriod.LAST_MONTH: Period.MONTH,
}
_WEEKDAYS = tuple(Weekday)


def report_at(saved: SavedReport, at: datetime) -> Report:
    """A saved report as it is asked at a moment."""
    since, until = span_at(saved.period, at, saved.report.zone)
    return Report(since=since, until=until, **dict(saved.report))


def span_at(period: ReportPeriod, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The time that a period means.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 9, 12, tzinfo=UTC)
    >>> [str(each) for each in span_at(ReportPeriod.YESTERDAY, at, "America/New_York")]
    ['2026-03-08 05:00:00+00:00', '2026-03-09 04:00:00+00:00']
    >>> [f"{each:%d %b}" for each in span_at(ReportPeriod.LAST_MONTH, at, "UTC")]
    ['01 Feb', '01 Mar']
    """
    if period in _THIS:
        kind = _THIS[period]
        following = ends(kind, at, zone)
        assert following is not None, "only a total has no end"
        return began(kind, at, zone), following
    if period in _LAST:
        kind = _LAST[period]
        until = began(kind, at, zone)
        return began(kind, until - timedelta(hours=1), zone), until
    until = began(Period.DAY, at, zone)
    wall = until.astimezone(zone_of(zone)).replace(tzinfo=None)
    noon = wall + timedelta(hours=12) - _DAYS[period] * _DAY  # at which no clock is changed
    return began(Period.DAY, shown_at(noon, zone_of(zone))[0], zone), until


def due_after(saved: SavedReport, after: datetime) -> datetime | None:
    """When it is to be told next; None where it is not told at all.

    An hour that a clock skips is that of the change; one that comes twice is the first.
    """
    delivery = saved.delivery
    if delivery is None:
        return None
    zone = zone_of(delivery.zone or saved.report.zone)
    days = delivery.days or _WEEKDAYS
    today = after.astimezone(zone).replace(tzinfo=None, minute=0, second=0, microsecond=0, fold=0)
    for ahead in range(-1, len(_WEEKDAYS) + 1):
        wall = today.replace(hour=delivery.hour) + ahead * _DAY
        due = shown_at(wall, zone)[0]
        if due > after and _WEEKDAYS[wall.weekday()] in days:
            return due
    raise AssertionError("there is a weekday within eight days")
