"""When saved reports are told, and which time they are about."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.saved_reports import ReportPeriod, SavedReport
from libs.contracts.schedule import Weekday
from libs.rules.clocks import zone_of
from services.tracking.domain.recurring import due_after, report_at, span_at

ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
INSTANTS = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


def saved(zone: str, hour: int, days: tuple[Weekday, ...] = ()) -> SavedReport:
    delivery = {"hour": hour, "days": days, "url": "https://example.com/r"}
    report = {"zone": zone, "group_by": ("day",)}
    return SavedReport.model_validate(
        {"id": uuid4(), "name": "x", "report": report, "delivery": delivery}
    )


@given(
    INSTANTS,
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.sets(st.sampled_from(Weekday), min_size=1),
)
def test_each_is_due_at_its_hour_on_its_days(
    after: datetime, zone: str, hour: int, days: set[Weekday]
) -> None:
    report = saved(zone, hour, tuple(days))
    due = due_after(report, after)
    assert due is not None
    assert after < due <= after + timedelta(days=8)
    wall = due.astimezone(zone_of(zone))
    assert tuple(Weekday)[wall.weekday()] in days
    assert (wall.hour, wall.minute) == (hour, 0) or wall.hour == hour + 1  # a skipped hour
    again = due_after(report, due)
    assert again is not None
    assert again > due


@given(INSTANTS, st.sampled_from(ZONES), st.sampled_from(ReportPeriod))
def test_each_period_can_be_asked_of_reports(at: datetime, zone: str, period: ReportPeriod) -> None:
    report = saved(zone, 9).model_copy(update={"period": period})
    asked = report_at(report, at)
    assert asked.since < asked.until
    assert (asked.since <= at < asked.until) == period.startswith("t")


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        (ReportPeriod.LAST_7_DAYS, "2026-03-02T05:00", "2026-03-09T04:00"),  # it has 167 hours
        (ReportPeriod.LAST_WEEK, "2026-03-02T05:00", "2026-03-09T04:00"),
        (ReportPeriod.THIS_MONTH, "2026-03-01T05:00", "2026-04-01T04:00"),
    ],
)
def test_days_are_those_of_the_zone(period: ReportPeriod, since: str, until: str) -> None:
    at = datetime(2026, 3, 9, 12, tzinfo=UTC)
    span = span_at(period, at, "America/New_York")
    assert [f"{each:%Y-%m-%dT%H:%M}" for each in span] == [since, until]


def test_who_has_no_webhook_is_never_due() -> None:
    report = saved("UTC", 9).model_copy(update={"delivery": None})
    assert due_after(report, datetime(2026, 1, 1, tzinfo=UTC)) is None
