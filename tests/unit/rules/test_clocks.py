"""The wall clock: times it skips, times it shows twice, and the instant of a change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.clocks import change_within, shown_at, zone_of
from tests.unit.rules.changes import CHANGES, QUIET_ZONES, change

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_found_to_the_second(kind: str) -> None:
    zone, at = change(kind)
    local = zone_of(zone)
    assert at.astimezone(local).utcoffset() != (at - SECOND).astimezone(local).utcoffset()
    assert change_within(at - timedelta(hours=7), at + timedelta(hours=5), local) == at
    assert change_within(at - SECOND, at, local) == at


@pytest.mark.parametrize("kind", CHANGES)
def test_times_around_a_change_stand_for_the_instants_that_show_them(kind: str) -> None:
    """Every minute of the clock, skipped ones too, against a list of what it showed when."""
    zone, at = change(kind)
    local = zone_of(zone)
    shown: dict[datetime, list[datetime]] = {}
    for minutes in range(-30 * 60, 30 * 60):
        instant = at + timedelta(minutes=minutes)
        shown.setdefault(instant.astimezone(local).replace(tzinfo=None), []).append(instant)
    first = (at - timedelta(hours=3)).astimezone(local).replace(tzinfo=None)
    for minutes in range(6 * 60):
        wall = first + timedelta(minutes=minutes)
        assert list(shown_at(wall, local)) == shown.get(wall, [at])


@given(
    st.datetimes(
        min_value=datetime.fromisoformat("1970-01-01"),
        max_value=datetime.fromisoformat("2037-01-01"),
    ),
    st.sampled_from([zone for zone, _ in CHANGES.values()] + list(QUIET_ZONES)),
)
def test_an_instant_is_among_those_that_show_its_time(naive: datetime, zone: str) -> None:
    at = naive.replace(microsecond=0, tzinfo=UTC)
    wall = at.astimezone(zone_of(zone)).replace(tzinfo=None)
    assert at in shown_at(wall, zone_of(zone))
