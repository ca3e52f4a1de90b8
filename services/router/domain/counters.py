"""Counters: what is taken of a thing's caps, and whether there is room for one leg more.

A counter's period is known by the UTC instant at which it began by the local clock of its
zone.  A period never goes back: a clock that runs behind counts into the newer one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from libs.contracts.caps import Caps, Counted, Period
from libs.contracts.message import Instant, Value
from libs.rules.caps import Amount, Usage
from libs.rules.periods import began

NONE = Decimal(0)
_PERIODS = ("hour", "day", "week", "month")  # those that begin anew
_COUNTS = {period: f"{period.value}_count" for period in Period}
MEASURES = tuple(Counted)
PERIODS_KEPT = 1_024  # quarters of an hour by zone; calls come in a few, sweeps in more
EXPIRY_MARGIN = timedelta(seconds=60)  # the carrier's own delays in ending a leg

CounterKey = tuple[UUID, Counted]
"""Whose counter, and of what."""


class Periods(Value):
    """When the hour, day, week and month of an instant began in a zone."""

    hour_at: Instant
    day_at: Instant
    week_at: Instant
    month_at: Instant

    @classmethod
    def of(cls, now: datetime, zone: str) -> "Periods":
        """The periods in which `now` lies; they begin on quarters of an hour, in every zone."""
        return _periods(now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0), zone)


@lru_cache(maxsize=PERIODS_KEPT)
def _periods(now: datetime, zone: str) -> Periods:
    return Periods.model_construct(
        hour_at=began(Period.HOUR, now, zone),
        day_at=began(Period.DAY, now, zone),
        week_at=began(Period.WEEK, now, zone),
        month_at=began(Period.MONTH, now, zone),
    )


@dataclass(frozen=True, slots=True)
class Counter:
    """One measure of one thing: in flight, and counted in its latest hour, day, ..., and ever.

    `quoted` is the part of it that live quotes have taken.
    """

    live: int
    possible: Decimal
    hour_at: datetime
    hour_count: Decimal
    day_at: datetime
    day_count: Decimal
    week_at: datetime
    week_count: Decimal
    month_at: datetime
    month_count: Decimal
    total_count: Decimal
    quoted: Decimal = NONE

    @classmethod
    def empty(cls, periods: Periods) -> "Counter":
        """Nothing counted yet."""
        begun: dict[str, Any] = {name: getattr(periods, name) for name in Periods.model_fields}
        counts: dict[str, Any] = {f"{name}_count": NONE for name in (*_PERIODS, "total")}
        return cls(live=0, possible=NONE, **begun, **counts)

    def on(self, periods: Periods) -> "Counter":
        """The counter as of these periods; each begins anew by itself."""
        if (
            self.hour_at >= periods.hour_at
            and self.day_at >= periods.day_at
            and self.week_at >= periods.week_at
            and self.month_at >= periods.month_at
        ):
            return self
        begun: dict[str, Any] = {}
        for name in _PERIODS:
            at = getattr(periods, f"{name}_at")
            if at > getattr(self, f"{name}_at"):
                begun |= {f"{name}_at": at, f"{name}_count": NONE}
        return replace(self, **begun) if begun else self

    def counted(self, period: Period) -> Decimal:
        """What is certain in the latest of such periods."""
        count: Decimal = getattr(self, _COUNTS[period])
        return count

    def with_attempt(self, *, quoted: bool) -> "Counter":
        """After one more leg has been dialled, or promised; for a counter of attempts."""
        return replace(
            self,
            quoted=self.quoted + quoted,
            live=self.live + 1,
            hour_count=self.hour_count + 1,
            day_count=self.day_count + 1,
            week_count=self.week_count + 1,
            month_count=self.month_count + 1,
            total_count=self.total_count + 1,
        )

    def with_possible(self, amount: Decimal, *, quoted: bool) -> "Counter":
        """After one more leg has been dialled, or promised, that may come to count so much."""
        more = amount if quoted else NONE
        return replace(self, possible=self.possible + amount, quoted=self.quoted + more)


Counters = Mapping[CounterKey, Counter]


def usage_of(
    scope_id: UUID, caps: Caps, counters: Counters, adds: Mapping[Counted, Decimal]
) -> Usage:
    """What is used of a thing's caps; a measure without a counter is limited by no cap."""
    attempts = counters.get((scope_id, Counted.ATTEMPT))
    counted: dict[tuple[Counted, Period], Amount] = {}
    possible: dict[Counted, Amount] = {}
    quoted: dict[Counted, Amount] = {}
    if attempts is not None:
        quoted[Counted.ATTEMPT] = plain(attempts.quoted)
    for limit in caps.limits:
        counter = counters.get((scope_id, limit.counts))
        if counter is not None:
            quoted[limit.counts] = plain(counter.quoted)
            counted[limit.counts, limit.period] = plain(counter.counted(limit.period))
            possible[limit.counts] = plain(counter.possible)
    return Usage(
        live=attempts.live if attempts else 0,
        counted=counted,
        possible=possible,
        adds=adds,
        quoted=quoted,
    )


def plain(count: Decimal) -> Amount:
    """As people write it: 3, not 3.0000."""
    return int(count) if count == count.to_integral_value() else count


def hold_lasts(ring_seconds: int, limit_seconds: int) -> timedelta:
    """How long a hold may live: the carrier must have ended the leg before."""
    return timedelta(seconds=ring_seconds + limit_seconds) + EXPIRY_MARGIN
