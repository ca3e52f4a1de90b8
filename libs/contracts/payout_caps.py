"""How much a publisher is paid in a period, and what becomes of its calls after that."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter, field_validator

from libs.contracts.caps import Period
from libs.contracts.ids import AccountId, PublisherId
from libs.contracts.message import Document, Instant, Question, Value, one_of
from libs.contracts.money import Money

PAYOUT_CAPS_MAX = 20  # of one publisher: five periods in a few currencies


class WhenCapped(StrEnum):
    """What becomes of calls after a cap: not taken (as `when_refused` says), or not paid for."""

    BLOCK = "block"
    UNPAID = "unpaid"


class PayoutCap(Document):
    """At most so much in each period of the publisher's zone.

    What a call is paid for is known after it: calls on the line, and what is said of calls
    later, may pass the cap.
    """

    period: Period
    most: Money
    then: WhenCapped = WhenCapped.BLOCK

    @field_validator("most")
    @classmethod
    def _above_zero(cls, most: Money) -> Money:
        if most.amount <= 0:
            raise ValueError("a cap is above zero")
        return most


class PayoutCapped(Value):
    """A cap that was reached: it holds until the period ends (None: for good)."""

    cap: PayoutCap
    owed: Money
    until: Instant | None

    def holds(self, at: datetime) -> bool:
        """Whether calls of this time are after the cap."""
        return self.until is None or at < self.until


def in_force(capped: Sequence[PayoutCapped], then: WhenCapped, at: datetime) -> PayoutCapped | None:
    """The first cap that has such consequences now."""
    return next((one for one in capped if one.cap.then is then and one.holds(at)), None)


class PayoutCapUsed(Value):
    """What of a cap is used in the period of now."""

    cap: PayoutCap
    since: Instant
    until: Instant | None
    owed: Money
    reached: bool


class PayoutCapsUsed(Value):
    outcome: Literal["payout_caps"] = "payout_caps"
    caps: tuple[PayoutCapUsed, ...]


class AskPayoutCaps(Question):
    """What of a publisher's caps on payouts is used now."""

    subject: ClassVar[str] = "ask.tracking.payout_caps.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PayoutCapsUsed)

    account_id: AccountId
    publisher_id: PublisherId
