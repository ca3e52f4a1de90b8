"""Whether something is open at an instant, why, and when that next changes.

What the clock on the wall shows decides.  Where it is put forward, hours that begin in the
skipped time begin at the change, and those that end there end at it; where it is put back,
times shown twice count both times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from libs.contracts.schedule import DAY_MINUTES, Schedule, Shift, SpecialDay, Treatment
from libs.rules.clocks import begins, change_within, shown_at, zone_of
from libs.rules.finding import PASSED, Finding
from libs.rules.holidays import kept_on

HORIZON_DAYS = 400  # how far ahead a change is looked for: the dates of every year are in it

_DAY = timedelta(days=1)


class OpenState(StrEnum):
    """Open as usual, open with a special day's reduced hours, or closed."""

    OPEN = "open"
    REDUCED = "reduced"
    CLOSED = "closed"


class Why(StrEnum):
    """What made it so."""

    HOURS = "within its hours"
    OUTSIDE = "outside its hours"
    BREAK = "in a break"
    SPECIAL_DAY = "closed that day"


@dataclass(frozen=True, slots=True)
class Opening:
    """The state at an instant, and the special day that counted there, if one did."""

    state: OpenState
    why: Why
    day: str = ""

    @property
    def is_open(self) -> bool:
        """Whether calls are taken, in usual hours or reduced ones."""
        return self.state is not OpenState.CLOSED

    def __str__(self) -> str:
        if self.why is Why.SPECIAL_DAY:
            return f"closed for {self.day}"
        return f"{self.state}, {self.why}{f' of {self.day}' if self.day else ''}"


@dataclass(frozen=True, slots=True)
class _Hours:
    """The shifts that open on one date."""

    state: OpenState
    shifts: Sequence[Shift]
    day: str = ""


def opening(schedule: Schedule, at: datetime) -> Opening:
    """Say whether a schedule is open at an instant.

    >>> nine_to_five = Schedule.model_validate(
    ...     {"zone": "America/New_York",
    ...      "hours": [{"days": ["thursday", "friday"], "opens": "09:00", "closes": "17:00"}],
    ...      "calendars": [{"calendar": "us_federal"}]}
    ... )
    >>> str(opening(nine_to_five, datetime(2026, 11, 27, 15, tzinfo=UTC)))
    'open, within its hours'
    >>> str(opening(nine_to_five, datetime(2026, 11, 26, 15, tzinfo=UTC)))
    'closed for Thanksgiving'
    """
    wall = at.astimezone(zone_of(schedule.zone))
    minute = wall.hour * 60 + wall.minute
    today = _hours_on(schedule, wall.date())
    pausing = False
    counting = [(today, minute)]
    if schedule.runs_past_midnight:
        counting.append((_hours_on(schedule, wall.date() - _DAY), minute + DAY_MINUTES))
    for hours, shown in counting:
        for shift in hours.shifts:
            if shift.opens <= shown < shift.closes:
                if not any(pause.opens <= shown < pause.closes for pause in shift.breaks):
                    return Opening(hours.state, Why.HOURS, hours.day)
                pausing = True
    if pausing:
        return Opening(OpenState.CLOSED, Why.BREAK)
    why = Why.SPECIAL_DAY if today.state is OpenState.CLOSED else Why.OUTSIDE
    return Opening(OpenState.CLOSED, why, today.day)


def next_change(schedule: Schedule, at: datetime) -> datetime | None:
    """The first instant after `at` with another state, in UTC; None: not in HORIZON_DAYS.

    >>> night = Schedule.model_validate(
    ...     {"zone": "UTC", "hours": [{"days": ["friday"], "opens": "22:00", "closes": "30:00"}]}
    ... )
    >>> next_change(night, datetime(2026, 11, 27, 23, tzinfo=UTC)).isoformat()
    '2026-11-28T06:00:00+00:00'
    """
    now = opening(schedule, at).state
    first = at.astimezone(zone_of(schedule.zone)).date()
    for days in range(HORIZON_DAYS):
        for instant in _possible_changes(schedule, first + days * _DAY):
            if instant > at and opening(schedule, instant).state is not now:
                return instant
    return None


def check(schedule: Schedule, at: datetime) -> Finding:
    """The verdict, and if it is no, what the wall clock shows and why it is closed then.

    >>> never = Schedule(zone="Asia/Kathmandu")
    >>> check(never, datetime(2026, 1, 1, tzinfo=UTC)).seen
    'Thursday 2026-01-01 05:45 in Asia/Kathmandu: closed, outside its hours'
    """
    found = opening(schedule, at)
    if found.is_open:
        return PASSED
    seen = f"{_shown(schedule, at)} in {schedule.zone}: {found}"
    return Finding(False, seen, "open hours")


def outlook(schedule: Schedule, at: datetime) -> str:
    """When the state changes, in words; it costs much more than the verdict.

    >>> outlook(Schedule(zone="UTC"), datetime(2026, 1, 1, tzinfo=UTC))
    'never opens'
    """
    verb = "closes" if opening(schedule, at).is_open else "opens"
    changes_at = next_change(schedule, at)
    if changes_at is None:
        return f"never {verb}"
    if opening(schedule, changes_at).is_open and verb == "closes":
        verb = "changes its hours"
    return f"{verb} {_shown(schedule, changes_at)}"


def _shown(schedule: Schedule, at: datetime) -> str:
    return f"{at.astimezone(zone_of(schedule.zone)):%A %Y-%m-%d %H:%M}"


def _hours_on(schedule: Schedule, day: date) -> _Hours:
    """What opens on a date: its own hours if it is special, else those of its weekday."""
    weekly = schedule.shifts_of_weekday[day.weekday()]
    special, name = _special_day(schedule, day)
    if special is None:
        return _Hours(OpenState.OPEN, weekly)
    match special.treatment:
        case Treatment.CLOSED:
            return _Hours(OpenState.CLOSED, (), name)
        case Treatment.OPEN:
            return _Hours(OpenState.OPEN, special.hours or weekly, name)
        case Treatment.REDUCED:
            return _Hours(OpenState.REDUCED, special.hours, name)


def _special_day(schedule: Schedule, day: date) -> tuple[SpecialDay | None, str]:
    own = schedule.own_day_of
    found = own.get((day.year, day.month, day.day)) or own.get((0, day.month, day.day))
    if found is not None:
        return found, found.name
    for days in schedule.calendars:
        for kept in kept_on(days.calendar, day):
            if not days.only or kept.holiday in days.only:
                return days, kept.name
    return None, ""


def _possible_changes(schedule: Schedule, day: date) -> list[datetime]:
    """The instants of a local date at which the state may change, in order."""
    zone = zone_of(schedule.zone)
    minutes = {0, *_edges(_hours_on(schedule, day), 0)}
    minutes.update(_edges(_hours_on(schedule, day - _DAY), DAY_MINUTES))
    midnight = datetime.combine(day, time.min)
    instants = {
        instant
        for minute in minutes
        for instant in shown_at(midnight + timedelta(minutes=minute), zone)
    }
    start, end = begins(day, zone), begins(day + _DAY, zone)
    if start.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
        instants.add(change_within(start, end, zone))
    return sorted(instant.astimezone(UTC) for instant in instants)


def _edges(hours: _Hours, since: int) -> Iterator[int]:
    """The minutes of a date at which shifts and breaks begin or end."""
    for shift in hours.shifts:
        for part in (shift, *shift.breaks):
            for edge in (part.opens - since, part.closes - since):
                if 0 <= edge < DAY_MINUTES:
                    yield edge
