"""What publishers are paid for the calls that they send."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from libs.contracts.ids import CampaignId
from libs.contracts.message import Document, Value
from libs.contracts.money import Money
from libs.contracts.pricing import CountedFrom, Earning, On, Per, Tier
from libs.contracts.schedule import Schedule
from libs.contracts.screening import DAYS_MAX, DuplicateAfter

RULES_MAX = 200  # of one publisher

Percent = Annotated[Decimal, Field(ge=0, le=100, decimal_places=4)]


class UnpaidDuplicates(Document):
    """Nothing is paid for a caller who was served within so many days; None: ever."""

    after: DuplicateAfter = DuplicateAfter.CONNECTION
    days: int | None = Field(default=None, ge=1, le=DAYS_MAX)
    within_campaign: bool = False


class Payout(Earning):
    """An amount, or a percentage of what buyers owe for the call, and when it is due.

    Without `duplicates` a caller is paid for as often as she calls.
    """

    on: On = Field(default=On.CONVERTED, exclude_if=On.CONVERTED.__eq__)
    amount: Money | None = None
    percent: Percent | None = None
    duplicates: UnpaidDuplicates | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.amount is None) == (self.percent is None):
            raise ValueError("a payout is an amount or a percent: one of them")
        if self.percent is not None and (self.tiers or self.per is not Per.CALL):
            raise ValueError("a percent has neither tiers nor minutes")
        if self.amount is not None and self.amount.amount < 0:
            raise ValueError("the amount of a payout is not below zero")
        return self


class PayoutRule(Payout):
    """A payout of one campaign (None: of all) at some hours (None: always)."""

    campaign_id: CampaignId | None = None
    schedule: Schedule | None = None


class Withheld(StrEnum):
    """Why a publisher is paid nothing for a call, whatever becomes of it."""

    NOTHING = ""
    DUPLICATE = "duplicate"
    CAPPED = "capped"


class PayoutTerms(Value):
    """The payout of one call as it was agreed when the call was routed."""

    on: On = On.CONVERTED
    after_seconds: int = 0
    counted_from: CountedFrom = CountedFrom.ANSWER
    per: Per = Per.CALL
    tiers: tuple[Tier, ...] = ()
    amount: Money | None = None
    percent: Percent | None = None
    withheld: Withheld = Withheld.NOTHING
