"""What people change of what is owed: of one call, or with a party; always by an entry more."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.call_settings import Text
from libs.contracts.calls import Fact
from libs.contracts.editing import Actor, Changed
from libs.contracts.ids import AccountId, CallId
from libs.contracts.ledger import PartyName
from libs.contracts.message import Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.worth import EffectKind, Party, PartyKind

ADJUSTMENTS_MAX = 100  # of one call: more is no correction
Reason = Annotated[Text, Field(min_length=1, max_length=500)]


class CallAdjusted(Fact):
    """Somebody has changed what is owed for a call by `money` (negative: less).

    `sequence` numbers the adjustments of the call.  One that follows from a dispute takes away at
    most what there is: where the call comes to less later, so does what is taken.
    """

    subject: ClassVar[str] = "event.call.adjusted.v1"
    publisher: ClassVar[str] = "tracking"

    kind: EffectKind
    party: Party
    money: Money
    reason: str
    actor: Actor
    dispute_id: UUID | None = None


class CallAdjustedBy(Value):
    """It is kept, as this adjustment of the call."""

    outcome: Literal["adjusted"] = "adjusted"
    call_id: CallId
    adjustment: int


class AdjustCall(Question):
    """Change what a buyer owes or a publisher is owed for a call.

    The party is who owes it already, else who would.
    """

    subject: ClassVar[str] = "ask.tracking.adjust_call.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(CallAdjustedBy)

    account_id: AccountId
    actor: Actor
    call_id: CallId
    kind: Literal[EffectKind.REVENUE, EffectKind.PAYOUT]
    money: Money
    reason: Reason


class AdjustmentKind(StrEnum):
    """What an entry beside calls is for: money that changed hands, or a correction."""

    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"


class PartyAdjusted(Value):
    """It is booked; `balance` is what the party owes now (negative: we owe them)."""

    outcome: Literal["party_adjusted"] = "party_adjusted"
    posting: UUID
    balance: Money


class AdjustParty(Question):
    """Book an amount with a party (positive: they owe us more), for a reason.

    A payment by a buyer and a credit to one are negative, a payment to a publisher positive.
    A party with whom there were no dealings is `not_found`.
    """

    subject: ClassVar[str] = "ask.tracking.adjust_party.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyAdjusted)

    account_id: AccountId
    actor: Actor
    book: PartyKind
    party: PartyName = Field(min_length=1)
    kind: AdjustmentKind
    money: Money
    reason: Reason


class BalanceChanged(Changed):
    """Somebody booked something with a party; `key` is book and party, `version` the entry."""

    subject: ClassVar[str] = "event.balance.changed.v1"
    publisher: ClassVar[str] = "tracking"
