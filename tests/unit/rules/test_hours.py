"""Open, closed or reduced: told by what the clock on the wall shows, in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from libs.contracts.schedule import WEEKDAYS, Schedule, write_wall_time
from libs.rules.clocks import zone_of
from libs.rules.hours import OpenState, Why, check, next_change, opening, outlook
from tests.unit.rules.changes import CHANGES, QUIET_ZONES, change

MINUTE = timedelta(minutes=1)


def schedule(zone: str = "America/New_York", **document: Any) -> Schedule:
    return Schedule.model_validate({"zone": zone, **document})


def weekly(opens: str, closes: str, *days: str, **more: Any) -> dict[str, Any]:
    return {"days": list(days) or list(WEEKDAYS), "opens": opens, "closes": closes, **more}


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(zone)).astimezone(UTC)


def state(of: Schedule, text: str) -> str:
    return str(opening(of, at(text, of.zone)))


OFFICE = schedule(
    hours=[
        weekly(
            "09:00",
            "17:00",
            *WEEKDAYS[:5],
            breaks=[{"opens": "12:00", "closes": "12:30"}],
        )
    ],
    own_days=[
        {"name": "Stocktaking", "date": "2026-06-30"},
        {
            "name": "Christmas Eve",
            "date": "2020-12-24",
            "yearly": True,
            "treatment": "reduced",
            "hours": [{"opens": "09:00", "closes": "12:00"}],
        },
        {"name": "Columbus Day", "date": "2026-10-12", "treatment": "open"},
        {
            "name": "Open house",
            "date": "2026-05-09",
            "treatment": "open",
            "hours": [{"opens": "10:00", "closes": "14:00"}],
        },
    ],
    calendars=[{"calendar": "us_federal"}],
)


@pytest.mark.parametrize(
    ("wall", "said"),
    [
        ("2026-06-29T08:59", "closed, outside its hours"),
        ("2026-06-29T09:00", "open, within its hours"),
        ("2026-06-29T12:00", "closed, in a break"),
        ("2026-06-29T12:30", "open, within its hours"),
        ("2026-06-29T17:00", "closed, outside its hours"),
        ("2026-06-28T10:00", "closed, outside its hours"),
        ("2026-06-30T10:00", "closed for Stocktaking"),
        ("2025-06-30T10:00", "open, within its hours"),
        ("2026-12-24T10:00", "reduced, within its hours of Christmas Eve"),
        ("2026-12-24T13:00", "closed, outside its hours of Christmas Eve"),
        ("2026-10-12T10:00", "open, within its hours of Columbus Day"),
        ("2025-10-13T10:00", "closed for Columbus Day"),
        ("2026-05-09T10:00", "open, within its hours of Open house"),
        ("2026-07-03T10:00", "closed for Independence Day (observed)"),
        ("2026-11-26T10:00", "closed for Thanksgiving"),
    ],
)
def test_an_office_is_open_as_it_says(wall: str, said: str) -> None:
    assert state(OFFICE, wall) == said


def test_a_date_in_one_year_counts_before_one_in_every_year() -> None:
    days = [
        {"name": "every", "date": "2020-05-01", "yearly": True},
        {"name": "this", "date": "2026-05-01", "treatment": "open"},
    ]
    of = schedule(hours=[weekly("09:00", "17:00")], own_days=days)
    assert state(of, "2026-05-01T10:00") == "open, within its hours of this"
    assert state(of, "2027-05-01T10:00") == "closed for every"


def test_only_the_holidays_named_are_kept() -> None:
    of = schedule(
        hours=[weekly("09:00", "17:00")],
        calendars=[{"calendar": "us_federal", "only": ["christmas_day"]}],
    )
    assert state(of, "2026-12-25T10:00") == "closed for Christmas Day"
    assert state(of, "2026-11-26T10:00") == "open, within its hours"


def test_the_first_calendar_that_keeps_a_date_counts() -> None:
    reduced = {"treatment": "reduced", "hours": [{"opens": "10:00", "closes": "12:00"}]}
    of = schedule(
        hours=[weekly("09:00", "17:00")],
        calendars=[{"calendar": "canada_federal", **reduced}, {"calendar": "us_federal"}],
    )
    assert state(of, "2026-12-25T11:00") == "reduced, within its hours of Christmas Day"
    assert state(of, "2026-07-03T11:00") == "closed for Independence Day (observed)"


def test_a_night_shift_belongs_to_the_day_it_opens_on() -> None:
    of = schedule(
        hours=[weekly("22:00", "30:00", breaks=[{"opens": "26:00", "closes": "26:30"}])],
        own_days=[{"name": "Feast", "date": "2026-06-10"}],
    )
    assert state(of, "2026-06-10T05:59") == "open, within its hours"
    assert state(of, "2026-06-10T02:15") == "closed, in a break"
    assert state(of, "2026-06-10T06:00") == "closed for Feast"
    assert state(of, "2026-06-10T23:00") == "closed for Feast"
    assert state(of, "2026-06-11T05:00") == "closed, outside its hours"


def test_hours_that_begin_in_a_skipped_time_begin_at_the_change() -> None:
    of = schedule(hours=[weekly("02:30", "04:00")])
    change_at = at("2026-03-08T03:00")
    assert not opening(of, change_at - MINUTE).is_open
    assert opening(of, change_at).is_open
    assert next_change(of, change_at - MINUTE) == change_at


def test_times_shown_twice_count_twice() -> None:
    of = schedule(hours=[weekly("00:00", "01:30")])
    midnight = at("2026-11-01T00:00")
    seen = [opening(of, midnight + half * 30 * MINUTE).is_open for half in range(6)]
    assert seen == [True, True, True, False, True, False]
    assert next_change(of, midnight + 95 * MINUTE) == midnight + 120 * MINUTE


def test_the_finding_says_what_the_clock_shows_and_the_outlook_what_comes() -> None:
    found = check(OFFICE, at("2026-11-25T17:30"))
    assert not found.passed
    assert found.seen == (
        "Wednesday 2026-11-25 17:30 in America/New_York: closed, outside its hours"
    )
    assert found.needed == "open hours"
    assert outlook(OFFICE, at("2026-11-25T17:30")) == "opens Friday 2026-11-27 09:00"
    assert outlook(OFFICE, at("2026-11-25T16:30")) == "closes Wednesday 2026-11-25 17:00"
    assert check(OFFICE, at("2026-11-25T16:30")).passed


def test_what_never_changes_has_no_next_change() -> None:
    always = schedule(hours=[weekly("00:00", "24:00")])
    never = schedule()
    now = at("2026-03-01T12:00")
    assert opening(always, now).state is OpenState.OPEN
    assert opening(never, now).why is Why.OUTSIDE
    assert next_change(always, now) is None
    assert outlook(always, now) == "never closes"
    assert outlook(never, now) == "never opens"


def test_reduced_hours_that_follow_usual_ones_are_a_change() -> None:
    of = schedule(
        hours=[weekly("00:00", "24:00")],
        own_days=[
            {
                "name": "Feast",
                "date": "2026-06-10",
                "treatment": "reduced",
                "hours": [{"opens": "00:00", "closes": "12:00"}],
            }
        ],
    )
    assert outlook(of, at("2026-06-09T12:00")) == "changes its hours Wednesday 2026-06-10 00:00"


def test_a_change_months_away_is_found() -> None:
    of = schedule(
        own_days=[
            {
                "name": "Christmas Eve",
                "date": "2020-12-24",
                "yearly": True,
                "treatment": "open",
                "hours": [{"opens": "09:00", "closes": "12:00"}],
            }
        ]
    )
    assert next_change(of, at("2026-12-24T12:00")) == at("2027-12-24T09:00")


def test_a_change_of_reason_alone_is_no_change() -> None:
    of = schedule(
        hours=[weekly("09:00", "17:00")], own_days=[{"name": "Feast", "date": "2026-06-10"}]
    )
    assert next_change(of, at("2026-06-09T17:00")) == at("2026-06-11T09:00")


@st.composite
def weekly_shifts(draw: st.DrawFn) -> dict[str, Any]:
    opens = draw(st.integers(0, 1439))
    closes = draw(st.integers(opens + 1, min(opens + 1440, 2880)))
    breaks = []
    if closes - opens > 60 and draw(st.booleans()):
        pause = draw(st.integers(opens, closes - 30))
        breaks = [{"opens": write_wall_time(pause), "closes": write_wall_time(pause + 30)}]
    days = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=7, unique=True))
    return {
        "days": days,
        "opens": write_wall_time(opens),
        "closes": write_wall_time(closes),
        "breaks": breaks,
    }


@st.composite
def schedules(draw: st.DrawFn, zone: str, around: date) -> Schedule:
    """A schedule with special days near a date; shifts that would overlap are left out."""
    hours: list[dict[str, Any]] = []
    for shift in draw(st.lists(weekly_shifts(), max_size=4)):
        try:
            schedule(zone, hours=[*hours, shift])
        except ValidationError:
            continue
        hours.append(shift)
    own_days = []
    for days in draw(st.sets(st.integers(-2, 2), max_size=2)):
        kind = draw(st.sampled_from(("closed", "open", "reduced")))
        own = [] if kind == "closed" else [draw(weekly_shifts())]
        for shift in own:
            del shift["days"]
        day = (around + timedelta(days=days)).isoformat()
        own_days.append({"name": "x", "date": day, "treatment": kind, "hours": own})
    return schedule(zone, hours=hours, own_days=own_days)


def by_the_minute(of: Schedule, first: date, days: int) -> dict[datetime, str]:
    """The oracle: every minute of the wall clock at which somebody is there, written out.

    Where the night shift of the day before meets a day's own hours, the latter tell the kind.
    """
    there: dict[datetime, str] = {}
    for number in range(days):
        day = first + timedelta(days=number)
        own = next((own for own in of.own_days if own.date == day), None)
        shifts = [shift for shift in of.hours if WEEKDAYS[day.weekday()] in shift.days]
        kind = "open"
        if own is not None:
            kind = own.treatment.value
            shifts = list(own.hours)  # type: ignore[arg-type]
        for shift in shifts:
            minutes = set(range(shift.opens, shift.closes))
            for pause in shift.breaks:
                minutes -= set(range(pause.opens, pause.closes))
            for minute in minutes:
                there[datetime.combine(day, time.min) + minute * MINUTE] = kind
    return there


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_minute_around_a_change_is_as_the_wall_clock_says(data: st.DataObject) -> None:
    zone, changes_at = change(data.draw(st.sampled_from(sorted(CHANGES))))
    zone = data.draw(st.sampled_from([zone, zone, zone, *QUIET_ZONES]))
    local = zone_of(zone)
    of = data.draw(schedules(zone, changes_at.astimezone(local).date()))
    there = by_the_minute(of, changes_at.astimezone(local).date() - timedelta(days=4), 9)
    instants = [changes_at + number * MINUTE for number in range(-26 * 60, 26 * 60)]
    expected = [
        there.get(instant.astimezone(local).replace(tzinfo=None), "closed") for instant in instants
    ]
    found = [opening(of, instant).state.value for instant in instants]
    assert found == expected
    changes = [now for before, now in pairwise(range(len(found))) if found[before] != found[now]]
    for change_at, next_at in pairwise([0, *changes]):
        assert next_change(of, instants[change_at]) == instants[next_at]
        assert next_change(of, instants[next_at] - timedelta(seconds=1)) == instants[next_at]
    said = next_change(of, instants[-1])
    assert said is None or said > instants[-1]
