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


class Caps(Document):
    """Every limit must leave room for a call.

    What is counted later than dialled (connections, conversions, revenue) counts calls in
    flight at all they may become, unless `overshoot` allows to pass a limit by those.
    """

    concurrency: Cap | None = None
    limits: tuple[Limit, ...] = Field(default=(), max_length=len(Period) * len(Counted))
    overshoot: bool = False

    @model_validator(mode="after")
    def _each_limit_once(self) -> Self:
        seen: dict[tuple[Counted, Period], int] = {}
        for at, limit in enumerate(self.limits):
            key = (limit.counts, limit.period)
            if key in seen:
                raise refused_at(("limits", at), f"limits the same as limits.{seen[key]}")
            seen[key] = at
        return self
