"""A place kept with a target for one leg, and the counters that say whether there is one."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from libs.contracts.configuration import Target
from libs.contracts.routing import Rule
from services.router.domain.eligibility import Exclusion

EXPIRY_MARGIN = timedelta(seconds=60)  # the carrier's own delays in ending a leg


def day_began(now: datetime, zone: str) -> datetime:
    """The instant at which the local day of `now` began: the key of a daily count.

    >>> from datetime import UTC
    >>> day_began(datetime(2026, 3, 8, 12, tzinfo=UTC), "America/New_York").isoformat()
    '2026-03-08T05:00:00+00:00'
    """
    local = ZoneInfo(zone)
    midnight = datetime.combine(now.astimezone(local).date(), time.min, tzinfo=local)
    return midnight.astimezone(now.tzinfo)


def hold_lasts(ring_seconds: int, limit_seconds: int) -> timedelta:
    """How long a hold may live: the carrier must have ended the leg before."""
    return timedelta(seconds=ring_seconds + limit_seconds) + EXPIRY_MARGIN


@dataclass(frozen=True, slots=True)
class Counter:
    """What is counted for one target: calls there now, and calls sent there in a day."""

    live: int
    day_at: datetime
    day_count: int

    def on(self, day_at: datetime) -> "Counter":
        """The counter as of that day; a clock that runs behind never reopens a day."""
        if day_at <= self.day_at:
            return self
        return replace(self, day_at=day_at, day_count=0)

    def with_one_more(self) -> "Counter":
        """After a place has been taken."""
        return replace(self, live=self.live + 1, day_count=self.day_count + 1)


def lack_of_room(target: Target, counter: Counter) -> Exclusion | None:
    """Which cap leaves no room for one more call, if any; the counter is today's."""
    if target.concurrency_cap is not None and counter.live >= target.concurrency_cap:
        return Exclusion(
            rule=Rule.CONCURRENCY_CAP,
            seen=f"{counter.live} at once",
            needed=f"fewer than {target.concurrency_cap}",
        )
    if target.daily_cap is not None and counter.day_count >= target.daily_cap:
        return Exclusion(
            rule=Rule.DAILY_CAP,
            seen=f"{counter.day_count} today",
            needed=f"fewer than {target.daily_cap}",
        )
    return None
