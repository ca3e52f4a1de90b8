"""Public holidays fall on the dates that governments published."""

from datetime import date, timedelta

import pytest

from libs.contracts.holidays import Calendar
from libs.rules.holidays import CALENDARS, easter, kept_on

# OPM's lists of federal holidays, gov.uk's of bank holidays, Canada's of paid holidays.
PUBLISHED = {
    (
        Calendar.US_FEDERAL,
        2026,
    ): "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    (Calendar.US_FEDERAL, 2027): (
        "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"
    ),
    (Calendar.US_FEDERAL, 2022): "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    (Calendar.ENGLAND_AND_WALES, 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    (Calendar.ENGLAND_AND_WALES, 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    (Calendar.ENGLAND_AND_WALES, 2023): "01-02 04-07 04-10 05-01 05-29 08-28 12-25 12-26",
    (Calendar.ENGLAND_AND_WALES, 2033): "01-03 04-15 04-18 05-02 05-30 08-29 12-26 12-27",
    (Calendar.CANADA_FEDERAL, 2026): "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28",
}


@pytest.mark.parametrize(("calendar", "year"), PUBLISHED)
def test_the_days_off_on_weekdays_are_those_published(calendar: Calendar, year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    off = [
        f"{day:%m-%d}"
        for day in days
        if day.year == year and day.weekday() < 5 and kept_on(calendar, day)
    ]
    assert " ".join(off) == PUBLISHED[calendar, year]


def test_a_holiday_on_a_weekend_is_there_twice() -> None:
    def names(day: date) -> list[str]:
        return [kept.name for kept in kept_on(Calendar.US_FEDERAL, day)]

    assert names(date(2021, 12, 31)) == ["New Year's Day (observed)"]
    assert names(date(2022, 1, 1)) == ["New Year's Day"]
    assert names(date(2021, 12, 30)) == []


def test_every_calendar_is_computed() -> None:
    assert set(CALENDARS) == set(Calendar)


@pytest.mark.parametrize(
    "day", ["2000-04-23", "2008-03-23", "2011-04-24", "2026-04-05", "2038-04-25"]
)
def test_easter_is_when_it_was_and_will_be(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day
