"""When a leg earns something, and how that grows with its time: what all such rules share."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.contracts.message import Document, refused_at
from libs.contracts.money import Amount, Money
from libs.contracts.voice import TIME_LIMIT_MAX_SECONDS

TIERS_MAX = 50
EARNED_MAX = 1_000_000  # what one call earns; a typing mistake may be more


class On(StrEnum):
    """What must become of a leg.

    `accepted`: the callee pressed the key that takes the call.  `posted`: the buyer says
    so afterwards.  `converted`: whatever the buyer's own rule asks for; a payout's alone.
    """

    DIALLED = "dialled"
    CONNECTED = "connected"
    ACCEPTED = "accepted"
    POSTED = "posted"
    CONVERTED = "converted"


class CountedFrom(StrEnum):
    """From when seconds count: the caller's arrival, the leg's ringing, its answer, or the key."""

    INCOMING = "incoming"
    DIAL = "dial"
    ANSWER = "answer"
    ACCEPT = "accept"


class Per(StrEnum):
    """What an amount is for: the call, or each minute of it that has begun."""

    CALL = "call"
    MINUTE = "minute"


class Tier(Document):
    """From so many seconds on it is this much instead."""

    from_seconds: int = Field(ge=1, le=TIME_LIMIT_MAX_SECONDS)
    amount: Annotated[Amount, Field(ge=0, le=EARNED_MAX)]


class Earning(Document):
    """A leg earns once it is what `on` says and has lasted `after_seconds`, counted from a start.

    The highest of `tiers` that the same count reaches takes the place of the amount.  What is as
    usual is left out of a document, so that records of before there was a choice stay as they were.
    """

    on: On = Field(default=On.CONNECTED, exclude_if=On.CONNECTED.__eq__)
    after_seconds: int = Field(default=0, ge=0, le=TIME_LIMIT_MAX_SECONDS)
    counted_from: CountedFrom = Field(
        default=CountedFrom.ANSWER, exclude_if=CountedFrom.ANSWER.__eq__
    )
    per: Per = Field(default=Per.CALL, exclude_if=Per.CALL.__eq__)
    tiers: tuple[Tier, ...] = Field(default=(), max_length=TIERS_MAX, exclude_if=().__eq__)

    @model_validator(mode="after")
    def _tiers_rise(self) -> Self:
        starts = [tier.from_seconds for tier in self.tiers]
        for at in range(1, len(starts)):
            if starts[at] <= starts[at - 1]:
                raise refused_at(("tiers", at, "from_seconds"), "must be more than the one before")
        return self


def times(each_minute: Money, seconds: int) -> Money:
    """An amount for each minute that has begun, at least one.

    >>> from libs.contracts.money import usd
    >>> times(usd("0.5"), 61).amount, times(usd("0.5"), 0).amount
    (Decimal('1.0'), Decimal('0.5'))
    """
    begun = max(-(-seconds // 60), 1)
    return each_minute.model_copy(update={"amount": each_minute.amount * begun})


class Telephony(Document):
    """What the carrier takes for each begun minute: of the caller's line, and of every leg."""

    call_minute: Money
    leg_minute: Money | None = None
