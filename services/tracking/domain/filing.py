"""The periods that calls are filed under: calendar months in UTC.

A call is filed under the newest period that has begun when it is first heard of, whatever
its facts say of their time.  So no strange clock makes a row that has no place, and where
periods could not be made in time, the last one goes on.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

AHEAD = 2  # months beyond this one that have their period: time to notice that none were made
_LONGEST_MONTH = timedelta(days=31)


class Period(NamedTuple):
    """One that there is; its partitions hold what is filed from `begins` on, before `ends`."""

    begins: date
    ends: date


def next_month(day: date) -> date:
    """The first day of the month after.

    >>> next_month(date(2026, 12, 5))
    datetime.date(2027, 1, 1)
    """
    return (day.replace(day=1) + _LONGEST_MONTH).replace(day=1)


def wanting(known: Sequence[Period], today: date) -> list[Period]:
    """The periods that should be there and are not, in their order.

    >>> wanting([Period(date(2026, 11, 1), date(2027, 1, 1))], date(2026, 11, 28))
    [Period(begins=datetime.date(2027, 1, 1), ends=datetime.date(2027, 2, 1))]
    """
    begins = max([today.replace(day=1), *(period.ends for period in known)])
    last = today
    for _ in range(AHEAD):
        last = next_month(last)
    wanted = []
    while begins <= last:
        wanted.append(Period(begins, next_month(begins)))
        begins = next_month(begins)
    return wanted


def expired(known: Sequence[Period], today: date, kept: timedelta) -> list[Period]:
    """The periods whose youngest call has been kept long enough; the newest never goes.

    >>> expired([Period(date(2026, 1, 1), date(2026, 2, 1)),
    ...          Period(date(2026, 2, 1), date(2026, 3, 1))], date(2026, 6, 1), timedelta(60))
    [Period(begins=datetime.date(2026, 1, 1), ends=datetime.date(2026, 2, 1))]
    """
    return [one for one, after in pairwise(sorted(known)) if today - after.begins >= kept]
