"""The dates of public holidays, computed for any year.

A holiday kept on another day than its own, because that is a weekend, is there twice: as
itself and as observed.  One-off changes by proclamation are own dates of a schedule.

Sources: 5 U.S.C. 6103 and Executive Order 11582 (US federal); Canada Labour Code, part III
(Canada); Banking and Financial Dealings Act 1971 with the usual substitute days (England
and Wales).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from libs.contracts.holidays import Calendar, Holiday

_DAY = timedelta(days=1)
MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6


@dataclass(frozen=True, slots=True)
class Kept:
    """A holiday on a date; `observed` where it moved there from a weekend."""

    holiday: Holiday
    observed: bool = False

    @property
    def name(self) -> str:
        """As people call it.

        >>> Kept(Holiday.NEW_YEARS_DAY, observed=True).name
        "New Year's Day (observed)"
        """
        words = " ".join(_WORDS.get(word, word.capitalize()) for word in self.holiday.split("_"))
        return f"{words} (observed)" if self.observed else words


_WORDS = {"years": "Year's", "washingtons": "Washington's", "and": "and"}

_Entry = tuple[date, Kept]


def easter(year: int) -> date:
    """Easter Sunday, Gregorian (Meeus, Jones and Butcher).

    >>> easter(2026).isoformat()
    '2026-04-05'
    """
    golden = year % 19
    century, of_century = divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    quarter, rest = divmod(of_century, 4)
    weekday = (32 + 2 * left + 2 * quarter - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def nth(year: int, month: int, weekday: int, count: int) -> date:
    """The count-th such weekday of a month; -1 is the last.

    >>> nth(2026, 11, THURSDAY, 4).isoformat(), nth(2026, 5, MONDAY, -1).isoformat()
    ('2026-11-26', '2026-05-25')
    """
    if count < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        last = following - _DAY
        return last - (last.weekday() - weekday) % 7 * _DAY
    first = date(year, month, 1)
    return first + ((weekday - first.weekday()) % 7 + 7 * (count - 1)) * _DAY


def _nearest_weekday(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - _DAY
    return day + _DAY if day.weekday() == SUNDAY else day


def _moved(day: date, holiday: Holiday, to: date) -> Iterator[_Entry]:
    yield day, Kept(holiday)
    if to != day:
        yield to, Kept(holiday, observed=True)


def _us_federal(year: int) -> Iterator[_Entry]:
    yield nth(year, 1, MONDAY, 3), Kept(Holiday.MARTIN_LUTHER_KING_DAY)
    yield nth(year, 2, MONDAY, 3), Kept(Holiday.WASHINGTONS_BIRTHDAY)
    yield nth(year, 5, MONDAY, -1), Kept(Holiday.MEMORIAL_DAY)
    yield nth(year, 9, MONDAY, 1), Kept(Holiday.LABOR_DAY)
    yield nth(year, 10, MONDAY, 2), Kept(Holiday.COLUMBUS_DAY)
    yield nth(year, 11, THURSDAY, 4), Kept(Holiday.THANKSGIVING)
    for day, holiday in (
        (date(year, 1, 1), Holiday.NEW_YEARS_DAY),
        (date(year, 6, 19), Holiday.JUNETEENTH),
        (date(year, 7, 4), Holiday.INDEPENDENCE_DAY),
        (date(year, 11, 11), Holiday.VETERANS_DAY),
        (date(year, 12, 25), Holiday.CHRISTMAS_DAY),
    ):
        yield from _moved(day, holiday, _nearest_weekday(day))


def _canada_federal(year: int) -> Iterator[_Entry]:
    yield easter(year) - 2 * _DAY, Kept(Holiday.GOOD_FRIDAY)
    before_25_may = date(year, 5, 24)
    yield before_25_may - before_25_may.weekday() * _DAY, Kept(Holiday.VICTORIA_DAY)
    yield nth(year, 9, MONDAY, 1), Kept(Holiday.LABOR_DAY)
    yield nth(year, 10, MONDAY, 2), Kept(Holiday.THANKSGIVING)
    for day, holiday in (
        (date(year, 1, 1), Holiday.NEW_YEARS_DAY),
        (date(year, 7, 1), Holiday.CANADA_DAY),
        (date(year, 9, 30), Holiday.TRUTH_AND_RECONCILIATION),
        (date(year, 11, 11), Holiday.REMEMBRANCE_DAY),
    ):
        yield from _moved(day, holiday, _following_weekday(day))
    yield from _christmas(year)


def _england_and_wales(year: int) -> Iterator[_Entry]:
    new_year = date(year, 1, 1)
    yield from _moved(new_year, Holiday.NEW_YEARS_DAY, _following_weekday(new_year))
    yield easter(year) - 2 * _DAY, Kept(Holiday.GOOD_FRIDAY)
    yield easter(year) + _DAY, Kept(Holiday.EASTER_MONDAY)
    yield nth(year, 5, MONDAY, 1), Kept(Holiday.EARLY_MAY_HOLIDAY)
    yield nth(year, 5, MONDAY, -1), Kept(Holiday.SPRING_HOLIDAY)
    yield nth(year, 8, MONDAY, -1), Kept(Holiday.SUMMER_HOLIDAY)
    yield from _christmas(year)


def _following_weekday(day: date) -> date:
    while day.weekday() >= SATURDAY:
        day += _DAY
    return day


def _christmas(year: int) -> Iterator[_Entry]:
    """Christmas and Boxing Day, each with a weekday of its own."""
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    moves = {FRIDAY: (0, 2), SATURDAY: (2, 2), SUNDAY: (2, 0)}  # Boxing Day is the day after
    of_christmas, of_boxing = moves.get(christmas.weekday(), (0, 0))
    yield from _moved(christmas, Holiday.CHRISTMAS_DAY, christmas + of_christmas * _DAY)
    yield from _moved(boxing, Holiday.BOXING_DAY, boxing + of_boxing * _DAY)


CALENDARS: dict[Calendar, Callable[[int], Iterator[_Entry]]] = {
    Calendar.US_FEDERAL: _us_federal,
    Calendar.CANADA_FEDERAL: _canada_federal,
    Calendar.ENGLAND_AND_WALES: _england_and_wales,
}


@cache
def _dates(calendar: Calendar, year: int) -> dict[date, tuple[Kept, ...]]:
    """A year's dates; New Year's Day of the next may be kept on its last."""
    dates: dict[date, tuple[Kept, ...]] = {}
    for of_year in (year, year + 1):
        for day, kept in CALENDARS[calendar](of_year):
            if day.year == year:
                dates[day] = (*dates.get(day, ()), kept)
    return dates


def kept_on(calendar: Calendar, day: date) -> tuple[Kept, ...]:
    """The holidays that a calendar keeps on a date.

    >>> [kept.name for kept in kept_on(Calendar.US_FEDERAL, date(2026, 7, 3))]
    ['Independence Day (observed)']
    """
    return _dates(calendar, day.year).get(day, ())
