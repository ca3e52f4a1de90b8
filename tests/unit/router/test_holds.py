"""Days are local days, whatever clocks are set to; a count never goes back to an earlier one."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.routing import Rule
from services.router.domain.holds import (
    EXPIRY_MARGIN,
    Counter,
    day_began,
    hold_lasts,
    lack_of_room,
)
from tests.unit.router.plans import NOW, a_target

HALF_HOUR = timedelta(minutes=30)
ODD_ZONES = [
    "Asia/Kolkata",  # half past
    "Asia/Kathmandu",  # a quarter to
    "Australia/Lord_Howe",  # goes half an hour back and forth
    "America/St_Johns",
    "Africa/Cairo",  # has a day without midnight
    "America/Havana",  # has a day with two
    "America/Santiago",
    "Pacific/Kiritimati",  # the furthest ahead
    "Etc/GMT+12",  # the furthest behind
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "instant", "began"),
    [
        ("UTC", "2026-03-08T23:59", "2026-03-08T00:00"),
        ("America/New_York", "2026-03-08T12:00", "2026-03-08T05:00"),
        ("America/New_York", "2026-03-09T03:59", "2026-03-08T05:00"),
        ("America/New_York", "2026-03-09T04:00", "2026-03-09T04:00"),
        ("Asia/Kolkata", "2026-03-08T18:29", "2026-03-07T18:30"),
        ("Asia/Kolkata", "2026-03-08T18:30", "2026-03-08T18:30"),
        ("Asia/Kathmandu", "2026-03-08T18:15", "2026-03-08T18:15"),
        ("Africa/Cairo", "2026-04-23T22:00", "2026-04-23T22:00"),  # this day begins at 01:00
        ("Africa/Cairo", "2026-04-24T20:00", "2026-04-23T22:00"),
        ("America/Havana", "2026-11-01T04:00", "2026-11-01T04:00"),  # its first midnight
        ("America/Havana", "2026-11-01T05:30", "2026-11-01T04:00"),  # after its second
    ],
)
def test_a_day_begins_at_local_midnight(zone: str, instant: str, began: str) -> None:
    assert day_began(at(instant), zone) == at(began)


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        ("America/New_York", "2026-03-08T17:00", 23),
        ("America/New_York", "2026-06-08T17:00", 24),
        ("America/New_York", "2026-11-01T17:00", 25),
        ("Australia/Lord_Howe", "2026-10-04T01:00", 23.5),
        ("Australia/Lord_Howe", "2026-04-05T01:00", 24.5),
        ("Africa/Cairo", "2026-04-24T10:00", 23),
        ("America/Havana", "2026-11-01T17:00", 25),
        ("America/Havana", "2026-03-08T17:00", 23),
    ],
)
def test_days_have_the_hours_that_clocks_give_them(zone: str, noon: str, hours: float) -> None:
    began = day_began(at(noon), zone)
    ended = day_began(at(noon) + timedelta(hours=24), zone)
    assert ended - began == timedelta(hours=hours)
    assert day_began(ended - timedelta(microseconds=1), zone) == began


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_through_a_whole_year_days_follow_each_other(zone: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    began, began_days = day_began(now, zone), 0
    while now.year == 2026:
        following = day_began(now, zone)
        assert began <= following <= now
        assert following.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
        if following > began:
            assert timedelta(hours=23) <= following - began <= timedelta(hours=25)
            began_days += 1
        began = following
        now += HALF_HOUR
    assert began_days == 365


days = st.integers(0, 5).map(lambda day: datetime(2026, 3, 1 + day, tzinfo=UTC))
counters = st.builds(Counter, st.integers(0, 9), days, st.integers(0, 9))


@given(counters, st.lists(days, max_size=20))
def test_a_count_never_goes_back_to_an_earlier_day(counter: Counter, looks: list[datetime]) -> None:
    for day in looks:
        following = counter.on(day)
        assert following.day_at == max(counter.day_at, day)
        assert following.live == counter.live
        assert following.day_count == (0 if day > counter.day_at else counter.day_count)
        counter = following


@given(counters, st.lists(days, max_size=30), st.integers(1, 5))
def test_no_order_of_clocks_passes_a_daily_cap(
    counter: Counter, looks: list[datetime], cap: int
) -> None:
    target = a_target(1, daily_cap=cap)
    taken: dict[datetime, int] = {counter.day_at: counter.day_count}
    before = counter.day_count
    for day in looks:
        counter = counter.on(day)
        if lack_of_room(target, counter) is None:
            counter = counter.with_one_more()
            taken[counter.day_at] = taken.get(counter.day_at, 0) + 1
    assert all(count <= max(cap, before) for count in taken.values())


@pytest.mark.parametrize(
    ("caps", "live", "today", "no"),
    [
        ({}, 10**6, 10**6, None),
        ({"concurrency_cap": 2}, 1, 99, None),
        ({"concurrency_cap": 2}, 2, 0, (Rule.CONCURRENCY_CAP, "2 at once", "fewer than 2")),
        ({"concurrency_cap": 2}, 3, 0, (Rule.CONCURRENCY_CAP, "3 at once", "fewer than 2")),
        ({"daily_cap": 2}, 9, 1, None),
        ({"daily_cap": 2}, 0, 2, (Rule.DAILY_CAP, "2 today", "fewer than 2")),
        (
            {"concurrency_cap": 1, "daily_cap": 1},
            1,
            1,
            (Rule.CONCURRENCY_CAP, "1 at once", "fewer than 1"),
        ),
    ],
)
def test_a_cap_that_is_reached_leaves_no_room(
    caps: dict[str, Any], live: int, today: int, no: tuple[Rule, str, str] | None
) -> None:
    full = lack_of_room(a_target(1, **caps), Counter(live, NOW, today))

    assert (full and (full.rule, full.seen, full.needed)) == no


@given(st.integers(5, 600), st.integers(1, 14_400))
def test_a_hold_outlives_the_longest_leg(ring_seconds: int, limit_seconds: int) -> None:
    longest = timedelta(seconds=ring_seconds + limit_seconds)
    assert hold_lasts(ring_seconds, limit_seconds) - longest == EXPIRY_MARGIN
    assert timedelta(minutes=1) <= EXPIRY_MARGIN
