"""Periods follow each other without gap or overlap, in every zone and over every change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from libs.contracts.caps import Period
from libs.rules.clocks import zone_of
from libs.rules.periods import EVER, began, day_began, ends, hour_began
from tests.unit.rules.changes import CHANGES, QUIET_ZONES, change

LOCAL = [period for period in Period if period is not Period.TOTAL]
ZONES = st.sampled_from(sorted({zone for zone, _ in CHANGES.values()} | set(QUIET_ZONES)))
INSTANTS = st.one_of(
    st.datetimes(
        min_value=datetime.fromisoformat("1975-01-01"),
        max_value=datetime.fromisoformat("2036-01-01"),
        timezones=st.just(UTC),
    ),
    st.builds(
        lambda kind, seconds: change(kind)[1] + timedelta(seconds=seconds),
        st.sampled_from(sorted(CHANGES)),
        st.floats(-90_000, 90_000),
    ),
)


PAST_MIDNIGHT = change("back from a minute past midnight")
SOON = timedelta(seconds=30)


@given(INSTANTS, ZONES, st.sampled_from(LOCAL))
@example(PAST_MIDNIGHT[1] - SOON, PAST_MIDNIGHT[0], Period.HOUR)
@example(PAST_MIDNIGHT[1] + SOON, PAST_MIDNIGHT[0], Period.DAY)
def test_an_instant_lies_in_its_period_and_so_do_its_ends(
    at: datetime, zone: str, period: Period
) -> None:
    start, end = began(period, at, zone), ends(period, at, zone)
    assert end is not None
    assert start <= at < end
    assert began(period, start, zone) == start
    assert began(period, end - timedelta(microseconds=1), zone) == start
    assert began(period, end, zone) == end


@given(INSTANTS, INSTANTS, ZONES, st.sampled_from(LOCAL))
@example(PAST_MIDNIGHT[1] - SOON, PAST_MIDNIGHT[1] + SOON, PAST_MIDNIGHT[0], Period.DAY)
def test_no_period_begins_before_an_earlier_one(
    one: datetime, other: datetime, zone: str, period: Period
) -> None:
    earlier, later = sorted((one, other))
    assert began(period, earlier, zone) <= began(period, later, zone)


@given(INSTANTS, ZONES)
@example(PAST_MIDNIGHT[1], PAST_MIDNIGHT[0])
def test_hours_lie_in_days_and_days_in_months(at: datetime, zone: str) -> None:
    hour, day = hour_began(at, zone), day_began(at, zone)
    assert began(Period.MONTH, at, zone) <= day <= hour
    assert began(Period.WEEK, at, zone) <= day
    assert at - hour < timedelta(hours=1)


@given(INSTANTS, ZONES)
def test_a_period_begins_as_its_clock_shows(at: datetime, zone: str) -> None:
    """Where no clock change is near, by looking at the clock alone."""
    local = at.astimezone(zone_of(zone))
    settings = {
        (at + timedelta(days=days)).astimezone(zone_of(zone)).utcoffset() for days in range(-32, 3)
    }
    if len(settings) == 1:
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        assert hour_began(at, zone) == local.replace(minute=0, second=0, microsecond=0)
        assert day_began(at, zone) == midnight
        assert began(Period.WEEK, at, zone) == midnight - timedelta(days=local.weekday())
        assert began(Period.MONTH, at, zone) == midnight.replace(day=1)


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        ("an hour forward at two", 23),
        ("an hour back at two", 25),
        ("half an hour back", 24.5),
        ("half an hour forward", 23.5),
        ("forward at midnight", 23),
        ("back to midnight", 25),
        ("two hours forward", 22),
        ("two hours back", 26),
    ],
)
def test_a_day_is_as_long_as_its_clock_makes_it(kind: str, hours: float) -> None:
    zone, at = change(kind)
    end = ends(Period.DAY, at, zone)
    assert end is not None
    assert end - day_began(at, zone) == timedelta(hours=hours)


@pytest.mark.parametrize("kind", CHANGES)
def test_hours_around_a_change_last_sixty_minutes_or_less(kind: str) -> None:
    zone, at = change(kind)
    minutes = (at + timedelta(minutes=minutes) for minutes in range(-180, 180))
    starts = sorted({hour_began(minute, zone) for minute in minutes})
    assert at in starts
    assert all(later - start <= timedelta(hours=1) for start, later in pairwise(starts))


def test_a_skipped_date_leaves_no_day_of_its_own() -> None:
    zone, at = change("a whole date is skipped")
    assert day_began(at, zone) == at
    assert day_began(at - timedelta(seconds=1), zone) == at - timedelta(days=1)
    assert at.astimezone(zone_of(zone)).date() == date(2011, 12, 31)


def test_a_total_never_begins_anew() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert began(Period.TOTAL, at, "UTC") == EVER
    assert ends(Period.TOTAL, at, "UTC") is None
