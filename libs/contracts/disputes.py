"""Disputes: a buyer does not want to owe for a call; somebody decides, with a reason."""

from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.adjusting import Reason
from libs.contracts.editing import PAGE_MAX, Actor, Changed
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.worth import Party


class DisputeState(StrEnum):
    """An open dispute is decided once, for good."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Dispute(Value):
    """What a party disputes of what it owes for a call, and what became of it."""

    outcome: Literal["dispute"] = "dispute"
    id: UUID
    call_id: CallId
    party: Party
    money: Money
    state: DisputeState
    reason: str
    opened_at: Instant
    opened_by: str
    answer: str = ""
    decided_at: Instant | None = None
    decided_by: str = ""


class OpenDispute(Question):
    """Dispute so much of what the buyer owes for a call (None: all of it)."""

    subject: ClassVar[str] = "ask.tracking.open_dispute.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Dispute)

    account_id: AccountId
    actor: Actor
    call_id: CallId
    money: Money | None = None
    reason: Reason


class DecideDispute(Question):
    """Accept an open dispute, or refuse it.

    To accept is to take the disputed amount back from what is owed; with `claw_back` the call's
    publisher loses the same part of the payout.
    """

    subject: ClassVar[str] = "ask.tracking.decide_dispute.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Dispute)

    account_id: AccountId
    actor: Actor
    dispute_id: UUID
    accept: bool
    claw_back: bool = True
    reason: Reason


class Disputes(Value):
    """Disputes, the newest first; `cursor` asks for the next page."""

    outcome: Literal["disputes"] = "disputes"
    disputes: tuple[Dispute, ...]
    cursor: UUID | None = None


class AskDisputes(Question):
    """An account's disputes; `state` None: any."""

    subject: ClassVar[str] = "ask.tracking.disputes.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Disputes)

    account_id: AccountId
    state: DisputeState | None = None
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class DisputeChanged(Changed):
    """A dispute was opened or decided; `version` counts both."""

    subject: ClassVar[str] = "event.dispute.changed.v1"
    publisher: ClassVar[str] = "tracking"
