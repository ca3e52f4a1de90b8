"""Statements of what a party owed in a time, and the closing of times."""

from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter

from libs.contracts.adjusting import Reason
from libs.contracts.editing import Actor, Changed
from libs.contracts.ids import AccountId
from libs.contracts.ledger import PartyName
from libs.contracts.message import Instant, Question, Value, one_of
from libs.contracts.money import Amount, Currency
from libs.contracts.worth import PartyKind

CLOSINGS_MAX = 200  # that are shown, the newest


class KindSum(Value):
    """What entries of one kind came to."""

    kind: str
    entries: int
    amount: Amount


class CurrencySum(Value):
    """A party's account in one currency: closing is opening and all that came between.

    `late` of the entries belong to a time that was closed before they came.
    """

    currency: Currency
    opening: Amount
    kinds: tuple[KindSum, ...]
    closing: Amount
    late: int


class Statement(Value):
    """What a party owed us (negative: we owe them) in a time; its entries are asked for apart."""

    outcome: Literal["statement"] = "statement"
    book: PartyKind
    party: str
    name: str
    since: Instant
    until: Instant
    closed: bool
    sums: tuple[CurrencySum, ...]


class AskStatement(Question):
    """A statement; a party with whom there were no dealings is `not_found`."""

    subject: ClassVar[str] = "ask.tracking.statement.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Statement)

    account_id: AccountId
    book: PartyKind
    party: PartyName = Field(min_length=1)
    since: Instant
    until: Instant


class Closing(Value):
    """From `at` on nothing was booked before `until` any more."""

    until: Instant
    at: Instant
    actor: str
    reason: str


class Closings(Value):
    """An account's closings, the newest first."""

    outcome: Literal["closings"] = "closings"
    closings: tuple[Closing, ...]


class AskClosings(Question):
    """What was closed."""

    subject: ClassVar[str] = "ask.tracking.closings.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Closings)

    account_id: AccountId


class CloseBooks(Question):
    """Close all time before `until`, for good: what comes late is booked when it comes."""

    subject: ClassVar[str] = "ask.tracking.close_books.v1"
    answers: ClassVar[TypeAdapter[Any]] = one_of(Closings)

    account_id: AccountId
    actor: Actor
    until: Instant
    reason: Reason


class BooksChanged(Changed):
    """A time of an account's books was closed; `version` is that moment, in milliseconds."""

    subject: ClassVar[str] = "event.books.changed.v1"
    publisher: ClassVar[str] = "tracking"
