"""When something is open: weekly hours in a time zone, holidays, and days of its own.

Wall times are written `HH:MM` from `00:00` to `48:00`, counted from the midnight that the
day began with: a night shift is `22:00` to `30:00`, which is six in the morning of the next
day.  A range belongs whole to the day it opens on, holidays included.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from itertools import pairwise
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic import model_validator as checked

from libs.contracts.holidays import Calendar, Holiday
from libs.contracts.message import Document, refused_at

DAY_MINUTES = 24 * 60
RANGES_MAX = 50  # of one list; seven days with breaks need fewer
OWN_DAYS_MAX = 400  # more than a year of them is a weekly plan

_known_zones = cache(available_timezones)  # it reads a directory tree: 7 ms


def _known_zone(name: str) -> str:
    if name not in _known_zones():
        raise ValueError(
            f"{name[:60]!r} is no time zone: write an IANA name such as America/New_York"
        )
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]

_WALL_TIME = re.compile(r"([0-4][0-9]):([0-5][0-9])")


def read_wall_time(text: object) -> int:
    """Minutes since the day's midnight.

    >>> read_wall_time("09:30"), read_wall_time("30:00")
    (570, 1800)
    """
    found = _WALL_TIME.fullmatch(text) if isinstance(text, str) else None
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minutes <= 2 * DAY_MINUTES:
        raise ValueError(f"{str(text)[:20]!r} is no time of day: write HH:MM, 00:00 to 48:00")
    return minutes


def write_wall_time(minutes: int) -> str:
    """As people write it.

    >>> write_wall_time(570), write_wall_time(1800)
    ('09:30', '30:00')
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


WallTime = Annotated[
    int,
    BeforeValidator(read_wall_time),
    PlainSerializer(write_wall_time, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_WALL_TIME.pattern}$"}),
]
"""Minutes since the day's midnight; a text such as `09:30` on the wire."""


class Weekday(StrEnum):
    """The days in their order, so that they can be counted as `date.weekday()` counts."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEKDAYS = tuple(Weekday)


class Range(Document):
    """Wall times from `opens` up to, but not including, `closes`."""

    opens: WallTime
    closes: WallTime

    @checked(mode="after")
    def _forward_and_within_a_day(self) -> Self:
        if self.closes <= self.opens:
            raise refused_at(
                ("closes",),
                f"{write_wall_time(self.closes)} is not after {write_wall_time(self.opens)}: "
                "what closes on the next day is written past 24:00, as in 22:00 to 30:00",
            )
        if self.closes - self.opens > DAY_MINUTES:
            raise refused_at(("closes",), "a range lasts at most 24 hours")
        return self


class Shift(Range):
    """Open hours of one day, less its breaks."""

    breaks: tuple[Range, ...] = Field(default=(), max_length=RANGES_MAX)

    @checked(mode="after")
    def _begins_that_day_and_holds_its_breaks(self) -> Self:
        if self.opens >= DAY_MINUTES:
            raise refused_at(("opens",), "a range opens before 24:00 of its day")
        for at, pause in enumerate(self.breaks):
            if not self.opens <= pause.opens < pause.closes <= self.closes:
                raise refused_at(("breaks", at), "a break lies within the range that it interrupts")
        _refuse_overlap("breaks", self.breaks)
        return self


class WeeklyShift(Shift):
    """The same hours on some days of every week."""

    days: tuple[Weekday, ...] = Field(min_length=1, max_length=7)

    @checked(mode="after")
    def _each_day_once(self) -> Self:
        if len(set(self.days)) != len(self.days):
            raise refused_at(("days",), "names a day twice")
        return self


class Treatment(StrEnum):
    """What a special day does to the weekly hours."""

    CLOSED = "closed"
    OPEN = "open"
    REDUCED = "reduced"


class SpecialDay(Document):
    """A day unlike others.

    `closed` opens nothing that day; `open` keeps the weekly hours, or has `hours` of its
    own; `reduced` has `hours` of its own, and is told apart from open.
    """

    treatment: Treatment = Treatment.CLOSED
    hours: tuple[Shift, ...] = Field(default=(), max_length=RANGES_MAX)

    @checked(mode="after")
    def _hours_as_the_treatment_wants(self) -> Self:
        if self.treatment is Treatment.CLOSED and self.hours:
            raise refused_at(("hours",), "a closed day has no hours")
        if self.treatment is Treatment.REDUCED and not self.hours:
            raise refused_at(("hours",), "a day of reduced hours says which")
        _refuse_overlap("hours", self.hours)
        return self


class CalendarDays(SpecialDay):
    """All holidays of a calendar, or `only` some of them."""

    calendar: Calendar
    only: tuple[Holiday, ...] = ()


class OwnDay(SpecialDay):
    """A date of one's own, in one year or in every; 29 February exists in leap years only."""

    name: str = Field(min_length=1, max_length=100)
    date: date
    yearly: bool = False

    @property
    def key(self) -> tuple[int, int, int]:
        """Its date; the year 0 stands for every year."""
        return (0 if self.yearly else self.date.year, self.date.month, self.date.day)


class Schedule(Document):
    """Weekly hours by the wall clock of a zone, and the days that differ.

    An own day in one year counts before one in every year, and both before calendars,
    which count in their order.
    """

    zone: Zone
    hours: tuple[WeeklyShift, ...] = Field(default=(), max_length=RANGES_MAX)
    own_days: tuple[OwnDay, ...] = Field(default=(), max_length=OWN_DAYS_MAX)
    calendars: tuple[CalendarDays, ...] = Field(default=(), max_length=len(Calendar))

    @checked(mode="after")
    def _no_two_for_one_time(self) -> Self:
        _refuse_weekly_overlap(self.hours)
        _refuse_twice("own_days", "date", [day.key for day in self.own_days])
        _refuse_twice("calendars", "calendar", [days.calendar for days in self.calendars])
        return self

    @cached_property
    def shifts_of_weekday(self) -> tuple[tuple[WeeklyShift, ...], ...]:
        """The weekly shifts that open on each day, Monday first."""
        return tuple(tuple(shift for shift in self.hours if day in shift.days) for day in WEEKDAYS)

    @cached_property
    def runs_past_midnight(self) -> bool:
        """Whether any shift lasts into the next day: without one, yesterday need not be asked."""
        days: tuple[SpecialDay, ...] = (*self.own_days, *self.calendars)
        shifts: tuple[Shift, ...] = (*self.hours, *(shift for day in days for shift in day.hours))
        return any(shift.closes > DAY_MINUTES for shift in shifts)

    @cached_property
    def own_day_of(self) -> dict[tuple[int, int, int], OwnDay]:
        """Own days by their key."""
        return {day.key: day for day in self.own_days}


def _refuse_overlap(field: str, ranges: Sequence[Range]) -> None:
    in_order = sorted(enumerate(ranges), key=lambda entry: entry[1].opens)
    for (first_at, first), (at, second) in pairwise(in_order):
        if second.opens < first.closes:
            raise refused_at((field, at), f"overlaps {field}.{first_at}")


def _refuse_weekly_overlap(shifts: Sequence[WeeklyShift]) -> None:
    """Look at two weeks in a row, so that Sunday night meets Monday morning."""
    taken = sorted(
        (start + shift.opens, start + shift.closes, at, day)
        for week in (0, 7)
        for at, shift in enumerate(shifts)
        for day in shift.days
        for start in ((week + WEEKDAYS.index(day)) * DAY_MINUTES,)
    )
    for (_, closes, first_at, _), (opens, _, at, day) in pairwise(taken):
        if opens < closes:
            raise refused_at(
                ("hours", at), f"overlaps hours.{first_at} on {day}; a pause is a break"
            )


def _refuse_twice(field: str, part: str, keys: Iterable[object]) -> None:
    seen: dict[object, int] = {}
    for at, key in enumerate(keys):
        if key in seen:
            raise refused_at((field, at, part), f"is already that of {field}.{seen[key]}")
        seen[key] = at
