"""Limits on how much somebody takes: at once, and in a period."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.contracts.message import Document, refused_at

CAP_MAX = 1_000_000  # no cap of a real buyer is larger; a typing mistake may be

Cap = Annotated[int, Field(ge=1, le=CAP_MAX)]


class Period(StrEnum):
    """A stretch of local time after which counting begins anew; the total never does."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class Counted(StrEnum):
    """What a limit counts."""

    ATTEMPT = "attempt"
    CONNECTION = "connection"
    CONVERSION = "conversion"
    REVENUE = "revenue"


class Limit(Document):
    """At most so many in each period; revenue in whole units of the account's currency."""

    period: Period
    counts: Counted = Counted.ATTEMPT
    most: Cap


class Bounds(Document):
    """How many at once, and how many in periods: every limit must leave room for a call."""

    concurrency: Cap | None = None
    limits: tuple[Limit, ...] = Field(default=(), max_length=len(Period) * len(Counted))

    @model_validator(mode="after")
    def _each_limit_once(self) -> Self:
        seen: dict[tuple[Counted, Period], int] = {}
        for at, limit in enumerate(self.limits):
            key = (limit.counts, limit.period)
            if key in seen:
                raise refused_at(("limits", at), f"limits the same as limits.{seen[key]}")
            seen[key] = at
        return self


class Caps(Bounds):
    """Limits that somebody has.

    What is counted later than dialled (connections, conversions, revenue) counts calls in
    flight at all they may become, unless `overshoot` allows to pass a limit by those.
    """

    overshoot: bool = False

    def within(self, own: Bounds) -> "Caps":
        """The tighter of both, limit by limit.

        >>> Caps(concurrency=5).within(Bounds(concurrency=2)).concurrency
        2
        """
        mine, theirs = _by_key(self), _by_key(own)
        limits = [
            min((one[key] for one in (mine, theirs) if key in one), key=lambda limit: limit.most)
            for key in (*theirs, *(key for key in mine if key not in theirs))
        ]
        both = [one for one in (self.concurrency, own.concurrency) if one is not None]
        return Caps(
            concurrency=min(both, default=None), limits=tuple(limits), overshoot=self.overshoot
        )

    def looser(self, own: Bounds) -> list[tuple[str, str]]:
        """Where others' own limits are above these, by path.

        >>> Caps(concurrency=5).looser(Bounds(concurrency=6))
        [('concurrency', 'at most 5')]
        """
        problems = []
        if self.concurrency is not None and (own.concurrency or 0) > self.concurrency:
            problems.append(("concurrency", f"at most {self.concurrency}"))
        mine = _by_key(self)
        for at, limit in enumerate(own.limits):
            most = mine.get((limit.counts, limit.period), limit).most
            if limit.most > most:
                problems.append((f"limits.{at}.most", f"at most {most}"))
        return problems


def _by_key(bounds: Bounds) -> dict[tuple[Counted, Period], Limit]:
    return {(limit.counts, limit.period): limit for limit in bounds.limits}
