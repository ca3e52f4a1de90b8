"""Fallback plans: what the ingress may do with a number's calls while the router is away."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.ids import AccountId, Sid
from libs.contracts.message import Question, Value, one_of
from libs.contracts.phone import Destination, PhoneNumber


class FallbackPlan(Value):
    """What the ingress does with calls to a number while the router is away.

    `destinations` are dialled one after the other, none of which needs a hold; then
    `closing_message` is spoken.
    """

    account_id: AccountId
    number: PhoneNumber
    destinations: tuple[Destination, ...] = ()
    closing_message: str


class SealedCarrier(Value):
    """Credentials at the carrier, sealed: only holders of the platform's secret read them."""

    account_sid: Sid
    token_sealed: str
    token_next_sealed: str | None = None


class FallbackPlans(Value):
    """Plans of numbers that changed since the version asked for, in the order of the numbers.

    `version` is what to ask from next time, `withdrawn` names numbers that have no plan any
    more.  `more` asks to ask again, with the last number given as `after`.
    """

    outcome: Literal["plans"] = "plans"
    version: int
    more: bool
    plans: tuple[FallbackPlan, ...]
    withdrawn: tuple[PhoneNumber, ...]
    carriers: tuple[SealedCarrier, ...]


class AskFallbackPlans(Question):
    """What an ingress must know to answer alone; `since` 0 asks for everything.

    `after` continues a list that was too long for one answer.
    """

    subject: ClassVar[str] = "ask.router.fallback_plans.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(FallbackPlans)

    since: int = Field(default=0, ge=0)
    after: PhoneNumber | None = None
