"""What is taken of a bidder's caps: reservations there now, and won in each period."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from libs.contracts.bidding import RtbTarget
from libs.contracts.caps import Counted, Period
from libs.rules.caps import Usage, lack_of_room
from libs.rules.finding import Finding
from libs.rules.periods import began

PERIODS = (Period.HOUR, Period.DAY, Period.WEEK, Period.MONTH)  # those that begin anew


@dataclass(frozen=True, slots=True)
class Counter:
    """A bidder's counter; each period is known by the instant at which it began."""

    live: int
    hour_at: datetime
    hour_count: int
    day_at: datetime
    day_count: int
    week_at: datetime
    week_count: int
    month_at: datetime
    month_count: int
    total_count: int

    def on(self, begun: dict[Period, datetime]) -> "Counter":
        """The counter as of these periods; none ever goes back."""
        changes: dict[str, Any] = {
            f"{period}_{part}": value
            for period, at in begun.items()
            if at > getattr(self, f"{period}_at")
            for part, value in (("at", at), ("count", 0))
        }
        return replace(self, **changes) if changes else self

    def with_one(self) -> "Counter":
        """After one more has been won."""
        counts: dict[str, Any] = {
            f"{period}_count": getattr(self, f"{period}_count") + 1 for period in PERIODS
        }
        return replace(self, live=self.live + 1, total_count=self.total_count + 1, **counts)


def begun_at(now: datetime, zone: str) -> dict[Period, datetime]:
    """When each period of an instant began in a zone."""
    return {period: began(period, now, zone) for period in PERIODS}


def full(target: RtbTarget, counter: Counter) -> Finding | None:
    """The first of a bidder's caps that has no room; None: there is."""
    counted = {
        (Counted.ATTEMPT, limit.period): getattr(counter, f"{limit.period}_count")
        for limit in target.caps_in_force.limits
    }
    return lack_of_room(target.caps_in_force, Usage(live=counter.live, counted=counted))
