"""Entries and disputes as one buyer or publisher may see them: answers without who else was there.

Balances and statements are asked for as the account asks, with the party's own book and name.
"""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from libs.contracts.adjusting import Reason
from libs.contracts.disputes import DisputeState
from libs.contracts.editing import PAGE_MAX, Actor
from libs.contracts.ids import AccountId, CallId
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Money
from libs.contracts.portals import Viewer


class PartyEntry(Value):
    """An entry in the party's own book (positive: it owes us).

    Without the leg it is for, which tells how many others were dialled before, and without who of
    the account has made it.
    """

    id: int
    money: Money
    kind: str
    call_id: CallId | None
    reverses: bool
    belongs_at: Instant
    booked_at: Instant
    late: bool
    reason: str


class PartyEntries(Value):
    """Entries in the order in which they count; `cursor` asks for the next page."""

    outcome: Literal["party_entries"] = "party_entries"
    entries: tuple[PartyEntry, ...]
    cursor: str | None = None


class AskPartyEntries(Question):
    """Entries of the party; `since` is inclusive, `until` exclusive."""

    subject: ClassVar[str] = "ask.tracking.party_entries.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyEntries)

    account_id: AccountId
    viewer: Viewer
    call_id: CallId | None = None
    since: Instant | None = None
    until: Instant | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class PartyDispute(Value):
    """What the party disputes of what it owes for a call, and what became of it."""

    outcome: Literal["party_dispute"] = "party_dispute"
    id: UUID
    call_id: CallId
    money: Money
    state: DisputeState
    reason: str
    opened_at: Instant
    answer: str = ""
    decided_at: Instant | None = None


class PartyDisputes(Value):
    """Disputes, the newest first; `cursor` asks for the next page."""

    outcome: Literal["party_disputes"] = "party_disputes"
    disputes: tuple[PartyDispute, ...]
    cursor: UUID | None = None


class AskPartyDisputes(Question):
    """The party's disputes; `state` None: any."""

    subject: ClassVar[str] = "ask.tracking.party_disputes.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyDisputes)

    account_id: AccountId
    viewer: Viewer
    state: DisputeState | None = None
    cursor: UUID | None = None
    limit: int = Field(default=100, ge=1, le=PAGE_MAX)


class OpenPartyDispute(Question):
    """Dispute so much of what the party owes for a call (None: all of it).

    A call in which it has no part is `not_found`.
    """

    subject: ClassVar[str] = "ask.tracking.open_party_dispute.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(PartyDispute)

    account_id: AccountId
    actor: Actor
    viewer: Viewer
    call_id: CallId
    money: Money | None = None
    reason: Reason
